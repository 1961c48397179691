package io.dms.cli;

import io.dms.model.InputFile;
import io.dms.model.Profile;
import io.dms.model.ProfileFile;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import io.dms.serve.AccessToken;
import io.dms.serve.InferenceServer;
import io.dms.serve.ModelSpec;
import io.dms.serve.ServerOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms serve}: models for other programs. */
@Command(
        name = "serve",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Serve models over the Open Inference Protocol, version 2, by REST and gRPC.",
            "Without MODEL: the bundled ResNet-20 for CIFAR-10."
        },
        footer = {
            "",
            "A request may say with its parameters which level runs: width (0.5), level (\"0.50\"), or a goal"
                    + " (\"p95<=30ms\"), by which a controller picks one; the answer says which one ran. Without them the"
                    + " widest runs. Ctrl-C lets requests end that run, refuses others, and prints how many were answered."
        })
final class ServeCommand extends DmsCommand {
    private static final int POLL_MILLIS = 50;

    @Parameters(
            arity = "0..*",
            paramLabel = "[NAME=]MODEL",
            description = "Models to serve, by their own name or another one.")
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Where to listen (default: 127.0.0.1, this machine" + " only; 0.0.0.0 for all networks).")
    private String host = ServerOptions.DEFAULT.host();

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "Of REST; 0 for a free one, none for no REST" + " (default: 8000).")
    private String httpPort = "8000";

    @Option(
            names = "--grpc-port",
            paramLabel = "PORT",
            description = "Of gRPC; 0 for a free one, none for no gRPC" + " (default: 8001).")
    private String grpcPort = "8001";

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Certificate and those above it, PEM.")
    private @Nullable Path certificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key, PEM (PKCS #8).")
    private @Nullable Path key;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The access token that requests must bring as \"Authorization: Bearer TOKEN\", in a file that"
                    + " only its owner may read. Health needs none.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description = "Profile from \"dms profile\" for goals (default: a short measurement at the start). Once for"
                    + " each MODEL.")
    private List<Path> profiles = new ArrayList<>();

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "Names of the classes, a line each, for classification. Once for each MODEL.")
    private List<Path> labels = new ArrayList<>();

    @Option(names = "--backend", paramLabel = "NAME", description = "What runs them (default: cpu).")
    private String backend = "cpu";

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Requests that run at a time, each with a session of its own (default: one for each core).")
    private int workers;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads inside one call (default: the cores shared among the workers).")
    private int threads;

    @Option(
            names = "--max-concurrent",
            paramLabel = "N",
            description = "Requests that run or wait; more are refused as busy (default: 64).")
    private int maxConcurrent = ServerOptions.DEFAULT.maxConcurrent();

    @Option(
            names = "--max-bytes",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            description = "Of one request (default: 64MiB).")
    private long maxBytes = ServerOptions.DEFAULT.maxBytes();

    @Option(names = "--max-batch", paramLabel = "N", description = "Images of one request (default: 64).")
    private int maxBatch = ServerOptions.DEFAULT.maxBatch();

    @Option(
            names = "--read-timeout",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "How long a request may take to come in (default: 10s).")
    private Duration readTimeout = ServerOptions.DEFAULT.readTimeout();

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "How long a connection may be still (default: 60s).")
    private Duration idleTimeout = ServerOptions.DEFAULT.idleTimeout();

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "How long requests may take to end after Ctrl-C (default: 10s).")
    private Duration grace = ServerOptions.DEFAULT.grace();

    ServeCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        ServerOptions options = options();
        List<ModelSpec> specs = specs();
        try (InferenceServer server = InferenceServer.open(specs, options)) {
            announce(server, options, specs);
            while (!console().cancelled()) {
                LockSupport.parkNanos(POLL_MILLIS * 1_000_000L);
            }
            console().note("ending: requests that run may end within " + grace.toSeconds() + " s");
            server.close();
            console().print("answered " + server.answered() + (server.answered() == 1 ? " request" : " requests"));
        }
        return Exit.OK;
    }

    private ServerOptions options() {
        compute.check(backend);
        if (maxBytes > 1 << 30) {
            throw new UserException("--max-bytes must be at most 1GiB: " + maxBytes);
        }
        return new ServerOptions(
                host,
                port("--http-port", httpPort),
                port("--grpc-port", grpcPort),
                certificate,
                key,
                tokenFile == null ? null : AccessToken.read(tokenFile),
                backend,
                workers,
                threads,
                compute.precision(),
                compute.launch(),
                maxConcurrent,
                (int) maxBytes,
                maxBatch,
                readTimeout,
                idleTimeout,
                grace);
    }

    private static int port(String option, String text) {
        if (text.equals("none")) {
            return -1;
        }
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65535) {
            throw new UserException(option + " must be a port from 0 to 65535, or none: " + text);
        }
        return Integer.parseInt(text);
    }

    private List<ModelSpec> specs() {
        int n = Math.max(1, models.size());
        counted("--profile", profiles.size(), n);
        counted("--labels", labels.size(), n);
        List<ModelSpec> out = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            String text = models.isEmpty() ? "" : models.get(i);
            int at = Files.exists(Path.of(text)) ? -1 : text.indexOf('=');
            if (at == 0 || (at > 0 && at == text.length() - 1)) {
                throw new UserException("a model is NAME=FILE, or FILE alone, and not \"" + text + "\"");
            }
            ScalableModel model =
                    ModelInput.scalable(text.isEmpty() ? null : Path.of(text.substring(at + 1)), List.of(), backend);
            Profile profile = profiles.isEmpty() ? null : ProfileFile.read(profiles.get(i));
            List<String> names = labels.isEmpty()
                    ? text.isEmpty() ? BundledModels.CIFAR10_CLASSES : List.of()
                    : lines(labels.get(i));
            out.add(new ModelSpec(at > 0 ? text.substring(0, at) : model.name(), model, profile, names));
        }
        return out;
    }

    private static void counted(String option, int given, int models) {
        if (given != 0 && given != models) {
            throw new UserException(option + " was given " + given + " times for " + models
                    + (models == 1 ? " model" : " models") + ": give it once for each");
        }
    }

    private static List<String> lines(Path file) {
        if (!Files.exists(file)) {
            throw new UserException("there is no file " + file + ": check the name");
        }
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw InputFile.unreadable(file, e);
        }
    }

    private void announce(InferenceServer server, ServerOptions options, List<ModelSpec> specs) {
        for (ModelSpec s : specs) {
            console()
                    .print("model    " + s.name() + "   levels "
                            + String.join(
                                    ", ",
                                    s.model().levels().stream()
                                            .map(WidthLevel::name)
                                            .toList()));
        }
        String secure = options.certificate() == null ? "" : "s";
        if (server.httpPort() >= 0) {
            console().print("REST     http" + secure + "://" + host + ":" + server.httpPort() + "/v2");
        }
        if (server.grpcPort() >= 0) {
            console().print("gRPC     grpc" + secure + "://" + host + ":" + server.grpcPort());
        }
        boolean local = host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
        if (!local && options.token() == null) {
            console().warn("whoever reaches " + host + " may ask: --token-file keeps others out");
        } else if (!local && options.certificate() == null) {
            console().warn("the access token crosses the network in the clear: add --tls-cert and --tls-key");
        }
        console().out().flush();
    }
}
