package io.dms.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.report.Figures;
import io.dms.cli.report.TextTable;
import io.dms.cli.run.LoadScript;
import io.dms.cli.run.SelectRun;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.LabelledImages;
import io.dms.control.Goal;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.robotics.SelectingApplication;
import io.dms.runtime.Backends;
import io.dms.runtime.SessionOptions;
import io.dms.select.Method;
import io.dms.select.SelectorFile;
import io.dms.select.methods.Methods;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms select run}: a stream of frames, each at the width or by the model that it needs. */
@Command(
        name = "run",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Play labelled images as a stream: each frame runs as many candidates as it needs and its deadline allows,"
                    + " and the dial is turned so that the goal's accuracy holds on average.",
            "Judge only on images that the selector has not learned from: see --skip, and --first of \"dms select"
                    + " train\"."
        })
final class SelectRunCommand extends DmsCommand {
    @Parameters(paramLabel = "SELECTOR", description = "A file that \"dms select train\" wrote.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(
            names = "--models",
            split = ",",
            paramLabel = "FILE,...",
            hideParamSyntax = true,
            description = "The models it chooses from; \"bundled\" is the bundled one (default: bundled).")
    private List<String> models = List.of("bundled");

    @Option(
            names = "--data",
            converter = Converters.Data.class,
            paramLabel = "DIR",
            required = true,
            description = "Labelled images.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(
            names = "--goal",
            paramLabel = "GOAL",
            defaultValue = "none",
            description = "A latency bound and an accuracy floor, as in \"p99<=5ms accuracy>=0.92\" (default: none).")
    private String goal = "none";

    @Option(names = "--rate", paramLabel = "FPS", defaultValue = "0", description = "Frames a second (default: all).")
    private double rate;

    @Option(names = "--skip", paramLabel = "N", defaultValue = "0", description = "Images left out (default: 0).")
    private int skip;

    @Option(names = "--frames", paramLabel = "N", description = "How many (default: all that are left).")
    private @Nullable Integer frames;

    @Option(names = "--disturb", paramLabel = "SCRIPT", description = "What disturbs it: " + LoadScript.FORMS + ".")
    private @Nullable String disturb;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", description = "In one inference (default: 1).")
    private int threads;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "What runs it (default: cpu).")
    private String backend = "cpu";

    @Option(names = "--json", paramLabel = "FILE", description = "Write JSON; \"-\" for standard output.")
    private @Nullable String json;

    SelectRunCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        Goal wanted = Goal.parse(goal);
        LoadScript script = disturb == null ? LoadScript.NONE : LoadScript.parse(disturb);
        if (!(rate >= 0 && rate <= 1e6) || skip < 0 || (frames != null && frames < 1)) {
            throw new UserException("--rate and --skip must not be negative, --frames must be at least 1");
        }
        SelectorFile selector = SelectorFile.read(file);
        Method.Learned learned = selector.open(Methods.readers());
        List<ScalableModel> read = new ArrayList<>();
        for (String m : models) {
            read.add(ModelInput.scalable(m.equals("bundled") ? null : Path.of(m), List.of()));
        }
        Shape shape = read.get(0).graph().inputs().get(0).shape();
        LabelledImages images = Datasets.open(data, Datasets.Part.TEST, shape.dim(3), shape.dim(2));
        if (!images.labelled() || skip >= images.size()) {
            throw new UserException(images.describe() + " has no labelled images behind the first " + skip);
        }
        int count = Math.min(images.size() - skip, frames == null ? Integer.MAX_VALUE : frames);
        Preprocessing own = read.get(0).preprocessing();
        SelectRun.Outcome out;
        try (SelectingApplication application = new SelectingApplication(
                learned, read, Backends.find(backend), SessionOptions.DEFAULT.withThreads(threads), wanted)) {
            console().note("playing " + count + " frames ...");
            out = SelectRun.play(
                    application,
                    images,
                    own == null ? Preprocessing.IMAGENET : own,
                    skip,
                    count,
                    rate,
                    script,
                    console()::cancelled);
        }
        if (out.frames() == 0) {
            console().note("interrupted before the first frame");
            return Exit.INTERRUPTED;
        }
        print(selector, wanted, out);
        if (json != null) {
            JsonFile.write(console(), json, json(selector, wanted, out));
        }
        return console().cancelled() ? Exit.INTERRUPTED : Exit.OK;
    }

    private void print(SelectorFile selector, Goal wanted, SelectRun.Outcome o) {
        console().print("goal      " + wanted);
        console()
                .print(String.format(
                        Locale.ROOT,
                        "frames    %d in %.1f s, right %.2f %%, thought so %.2f %%, missed %.2f %%",
                        o.frames(),
                        o.seconds(),
                        100.0 * o.right() / o.frames(),
                        100 * o.sureness(),
                        100.0 * o.missed() / o.frames()));
        console()
                .print("ms        mean of a frame " + Figures.millis(o.serviceMillis()) + ", latency p50 "
                        + Figures.millis(o.percentile(50)) + " p95 " + Figures.millis(o.percentile(95)) + " p99 "
                        + Figures.millis(o.percentile(99)));
        TextTable table = new TextTable("<candidate", "of frames");
        for (int c = 0; c < o.runs().length; c++) {
            table.row(selector.candidates().get(c).id(), Figures.percent((double) o.runs()[c] / o.frames()));
        }
        table.lines().forEach(console()::print);
    }

    private ObjectNode json(SelectorFile selector, Goal wanted, SelectRun.Outcome o) {
        ObjectNode root = JsonFile.object();
        root.put("schema", 1).put("tool", "dms").put("version", Version.dms());
        root.put("selector", selector.name()).put("goal", wanted.toString()).put("rate", rate);
        root.put("disturb", disturb).put("skip", skip).put("threads", threads).put("backend", backend);
        root.put("frames", o.frames()).put("seconds", o.seconds());
        root.put("accuracy", (double) o.right() / o.frames()).put("sureness", o.sureness());
        root.put("missed", (double) o.missed() / o.frames()).put("frame_ms", o.serviceMillis());
        ObjectNode latency = root.putObject("latency_ms");
        for (int p : new int[] {50, 90, 95, 99}) {
            latency.put("p" + p, o.percentile(p));
        }
        ObjectNode runs = root.putObject("runs");
        for (int c = 0; c < o.runs().length; c++) {
            runs.put(selector.candidates().get(c).id(), (double) o.runs()[c] / o.frames());
        }
        return root;
    }
}
