package io.dms.trainer;

import io.dms.backend.cpu.CpuBackend;
import io.dms.compiler.Accuracy;
import io.dms.compiler.CompileListener;
import io.dms.compiler.CompileOptions;
import io.dms.compiler.CompileResult;
import io.dms.compiler.Compiler;
import io.dms.compiler.SearchOptions;
import io.dms.compiler.SearchedLevel;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.LabelledImages;
import io.dms.compiler.tuning.TuningListener;
import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.BenchmarkNetworks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Searched levels against uniform ones at equal measured latency: on a model whose narrow levels can be told from one
 * another, the search, and for both kinds of levels the accuracy calibrated and after a short nested tuning more. The part
 * {@code start} trains such a model by levels of random counts, since a model that was tuned at uniform levels is good at
 * those before all others (Yu and Huang 2019, "AutoSlim", section 3.2); {@code time} times both kinds in turns once more. A
 * seed says which images losses are measured on and which are trained on.
 *
 * <p>The model is {@code -Dstudy.model=FILE}, or, where none is given, a VGG-11 of {@code -Dstudy.channels} channels in its
 * first layer with weights that nothing trained, which {@code start} leaves beside what it makes, as untuned.dms.onnx. Prints
 * lines of CSV, asserts nothing. By hand: {@code mvn -Dquick -pl java/trainer -am test -Dtest=SearchStudy
 * -Dsurefire.failIfNoSpecifiedTests=false}, with {@code -Dtest.argLine=} and what {@link ImportanceStudy} takes, {@code
 * -Dstudy.steps} (of 64 images each), and {@code -Dstudy.keep=FOLDER}, where models are kept between the {@code
 * -Dstudy.parts}, {@code start}, {@code search}, {@code tune} and {@code time}.
 */
class SearchStudy {
    private static final int BATCH = 64;
    private static final List<String> KINDS = List.of("uniform", "searched");

    private final Path data = Study.data();
    private final Path keep = Path.of(System.getProperty("study.keep", "."));
    private final LabelledImages training = Datasets.open(Study.training(data), Datasets.Part.TRAIN, 32, 32);
    private final LabelledImages test = Datasets.open(data.resolve("cifar10"), Datasets.Part.TEST, 32, 32);
    private final int testImages = Integer.getInteger("study.accuracy", 2000);

    @Test
    void searched_against_uniform() throws IOException {
        Study.line("kind,seed,level,stage,counts,ms,loss,top1,images");
        String parts = System.getProperty("study.parts", "start,search,tune");
        if (parts.contains("start")) {
            start();
        }
        for (String s : System.getProperty("study.seeds", "1,2,3").split(",", -1)) {
            if (parts.contains("search")) {
                search(Long.parseLong(s));
            }
            if (parts.contains("tune")) {
                for (String kind : System.getProperty("study.kinds", String.join(",", KINDS))
                        .split(",", -1)) {
                    tune(kind, Long.parseLong(s));
                }
            }
            if (parts.contains("time")) {
                time(Long.parseLong(s));
            }
        }
    }

    private Path kept(String kind, long seed) {
        return keep.resolve(kind + "-" + seed + ".dms.onnx");
    }

    /** The model of the file, or a plain network whose late layers are wide, with weights that nothing trained. */
    private ScalableModel untuned() {
        String file = System.getProperty("study.model", "vgg11");
        if (!file.equals("vgg11")) {
            return ScalableModelFile.read(Path.of(file));
        }
        Graph graph = BenchmarkNetworks.vgg11(1, Integer.getInteger("study.channels", 24), 10);
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = Stream.of(1.0, 0.6, 0.3, 0.1)
                .map(w -> WidthLevels.uniform(groups, w))
                .toList();
        ScalableModel model = new ScalableModel(graph.name(), graph, groups, levels, Preprocessing.IMAGENET, Map.of());
        ScalableModelFile.write(model, keep.resolve("untuned.dms.onnx"));
        return model;
    }

    /** Trains levels of random counts between the model's full and narrowest one, drawn anew in each step. */
    private void start() {
        ScalableModel model = untuned();
        TuningOptions options = new TuningOptions(
                        Integer.getInteger("study.epochs", 5),
                        2 * BATCH,
                        0.05,
                        1e-4,
                        Integer.getInteger("study.threads", 0),
                        1,
                        false,
                        TuningOptions.Precision.BF16,
                        0,
                        testImages,
                        keep.resolve("start.checkpoint"))
                .withRandomLevels();
        TuningListener told = new TuningListener() {
            @Override
            public void step(long done, long total) {
                if (done % 100 == 0) {
                    System.out.println("step " + done + " of " + total);
                }
            }

            @Override
            public void resumed(List<Epoch> before) {
                before.forEach(this::epoch);
            }

            @Override
            public void epoch(Epoch epoch) {
                System.out.println(epoch);
            }
        };
        ScalableModelFile.write(
                Objects.requireNonNull(new NestedTraining(model, options, told).run(training, test)),
                keep.resolve("start.dms.onnx"));
    }

    private void search(long seed) throws IOException {
        Path made = keep.resolve("start.dms.onnx");
        ScalableModel start =
                ScalableModelFile.read(Files.exists(made) ? made : Path.of(System.getProperty("study.model")));
        CompileOptions options = CompileOptions.DEFAULT
                .withWidths(List.of(1.0, 0.5, 0.25))
                .withSeed(seed)
                .withCalibrationImages(500)
                .withRoundTo(Integer.getInteger("study.round", CompileOptions.DEFAULT.roundTo()))
                .withAccuracyImages(testImages);
        Compiler compiler = new Compiler(new CpuBackend(), CompileListener.SILENT);
        SearchOptions search = new SearchOptions(Integer.getInteger("study.images", 256), List.of(), 1);
        CompileResult uniform = compiler.search(start, options, training, test);
        CompileResult searched = compiler.search(start, options.withSearch(search), training, test);
        for (String kind : KINDS) {
            boolean found = kind.equals("searched");
            CompileResult of = found ? searched : uniform;
            ScalableModelFile.write(of.model(), kept(kind, seed));
            for (int l = 0; l < of.model().levels().size(); l++) {
                SearchedLevel timed = searched.report().searched().get(l);
                Accuracy calibrated =
                        Objects.requireNonNull(of.report().levels().get(l).calibrated());
                line(
                        kind,
                        seed,
                        "calibrated",
                        of.model().levels().get(l),
                        found ? timed.millis() : timed.uniformMillis(),
                        found ? timed.loss() : timed.uniformLoss(),
                        calibrated.top1());
            }
        }
    }

    private void tune(String kind, long seed) throws IOException {
        ScalableModel model = ScalableModelFile.read(kept(kind, seed));
        int steps = Integer.getInteger("study.steps", 300);
        TuningOptions options = new TuningOptions(
                1, BATCH, 0.02, 1e-4, 0, seed, false, TuningOptions.Precision.BF16, steps * BATCH, 1, null);
        ScalableModel tuned =
                Objects.requireNonNull(new NestedTraining(model, options, TuningListener.NONE).run(training, null));
        try (Session session = new CpuBackend().open(tuned, SessionOptions.DEFAULT.withBatch(50))) {
            for (WidthLevel level : tuned.levels()) {
                Accuracy a = Accuracy.measure(
                        session,
                        level,
                        test,
                        testImages,
                        Objects.requireNonNull(tuned.preprocessing()),
                        CompileListener.SILENT);
                line(kind, seed, "tuned " + steps, level, Double.NaN, Double.NaN, a.top1());
            }
        }
    }

    /** Both kinds of levels in turns in one session, since their weights are the same: the median of each. */
    private void time(long seed) throws IOException {
        List<ScalableModel> kinds = KINDS.stream()
                .map(kind -> ScalableModelFile.read(kept(kind, seed)))
                .toList();
        List<WidthLevel> levels =
                kinds.stream().flatMap(m -> m.levels().stream()).toList();
        for (String b : System.getProperty("study.batches", "1,16").split(",", -1)) {
            double[] millis = Turns.medians(kinds.get(0), levels, Integer.parseInt(b), 2000);
            for (int l = 0; l < levels.size(); l++) {
                String kind = KINDS.get(l / kinds.get(0).levels().size());
                line(kind, seed, "timed batch " + b, levels.get(l), millis[l], Double.NaN, Double.NaN);
            }
        }
    }

    private void line(String kind, long seed, String stage, WidthLevel level, double millis, double loss, double top1)
            throws IOException {
        Study.line(String.format(
                Locale.ROOT,
                "%s,%d,%s,%s,%s,%.4f,%.4f,%.4f,%d",
                kind,
                seed,
                level.name(),
                stage,
                Arrays.toString(level.counts()).replace(", ", " "),
                millis,
                loss,
                top1,
                testImages));
    }
}
