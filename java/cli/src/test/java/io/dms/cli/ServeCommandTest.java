package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.serve.AccessToken;
import io.dms.serve.client.ClientOptions;
import io.dms.serve.client.InferenceClient;
import io.dms.serve.client.NetworkModel;
import io.dms.serve.protocol.InferenceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dms serve} as a command: what it refuses, what it prints, and that Ctrl-C ends it. */
class ServeCommandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path token(String mode) throws IOException {
        Path file = Files.writeString(folder.resolve("token" + mode), "0123456789abcdef0123456789abcdef\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static void refused(int status, String why, String... options) {
        String[] args = new String[options.length + 1];
        args[0] = "serve";
        System.arraycopy(options, 0, args, 1, options.length);
        Ran r = Ran.dms(args);
        assertThat(r.status()).as(r.err()).isEqualTo(status);
        assertThat(r.complaint()).contains(why);
    }

    @Test
    void what_can_not_be_served_is_refused_in_one_line() throws IOException {
        String none = folder.resolve("none.onnx").toString();
        refused(Exit.USER, none, none);
        refused(Exit.USER, none, "name=" + none);
        refused(Exit.USER, "--http-port must be a port", "--http-port", "70000");
        refused(Exit.USER, "--grpc-port must be a port", "--grpc-port", "high");
        refused(Exit.USER, "--max-bytes", "--max-bytes", "2GiB");
        refused(Exit.USER, "backend", "--http-port", "0", "--grpc-port", "0", "--backend", "abacus");
        refused(Exit.USER, "--labels was given 2 times", "--labels", none, "--labels", none);
        refused(Exit.USER, none, "--labels", none);
        refused(Exit.USER, none, "--profile", none);
        refused(Exit.USER, "port", "--http-port", "none", "--grpc-port", "none");
        refused(Exit.USER, "key", "--http-port", "0", "--grpc-port", "0", "--tls-cert", none);
        refused(Exit.USER, "concurrent", "--http-port", "0", "--grpc-port", "0", "--max-concurrent", "0");
        refused(Exit.USER, "workers", "--http-port", "0", "--grpc-port", "0", "--workers", "-1");
    }

    @Test
    void a_token_that_others_may_read_or_that_is_not_there_is_refused() throws IOException {
        refused(Exit.USER, "token", "--token-file", folder.resolve("none").toString());
        refused(Exit.USER, "token", "--token-file", token("rw-r--r--").toString());
    }

    @Test
    void a_port_that_is_taken_is_told_with_its_number() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            refused(Exit.ENVIRONMENT, port, "--http-port", port, "--grpc-port", "none");
            refused(Exit.ENVIRONMENT, port, "--http-port", "none", "--grpc-port", port);
        }
    }

    @Test
    @Timeout(120)
    void it_announces_where_it_listens_wants_its_token_and_ends_when_it_is_told_to() throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false);
        Path token = token("rw-------");
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> Dms.run(
                console,
                "serve",
                "--http-port",
                "0",
                "--grpc-port",
                "0",
                "--workers",
                "1",
                "--threads",
                "1",
                "--token-file",
                token.toString()));
        Pattern address = Pattern.compile("gRPC +(grpc://127\\.0\\.0\\.1:[0-9]+)");
        Matcher at = address.matcher("");
        while (!at.find()) {
            assertThat(status).as(err.toString()).isNotDone();
            LockSupport.parkNanos(20_000_000);
            at = address.matcher(out.toString());
        }
        assertThat(out.toString()).contains("model    resnet20", "levels 1.00, 0.75, 0.50, 0.25", "REST     http://");
        ClientOptions open = ClientOptions.of(at.group(1));
        try (InferenceClient without = InferenceClient.of(open, new NetworkModel(0, 0));
                InferenceClient with =
                        InferenceClient.of(open.withSecurity(AccessToken.read(token), null), new NetworkModel(0, 0))) {
            assertThat(with.live(PATIENCE)).isTrue();
            assertThat(with.server(PATIENCE).name()).isNotEmpty();
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> without.server(PATIENCE))
                    .isInstanceOf(InferenceException.class)
                    .hasMessageContaining("token");
        }
        console.cancel();
        assertThat(status.get()).isEqualTo(Exit.OK);
        assertThat(out.toString()).contains("answered 0 requests");
        assertThat(err.toString()).contains("ending");
    }
}
