package io.dms.cli.catalog;

import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.ImageSample;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.GraphSplit;
import io.dms.model.LevelExport;
import io.dms.model.ModelCosts;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.schedule.special.CascadeTable;
import io.dms.schedule.special.FeatureExtractor;
import io.dms.schedule.special.FeatureSet;
import io.dms.schedule.special.RuleOptions;
import io.dms.schedule.special.SpecialisationRule;
import io.dms.schedule.special.SpecialisedStream;
import io.dms.schedule.special.TrainOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Streams with few classes at a time, made of the test images of CIFAR-10: the general model alone against the
 * specialised stream, end to end. By hand:
 *
 * <pre>SkewedStreamStudy TRAIN-FOLDER TEST-FOLDER GENERAL.onnx|bundled SCALABLE.dms.onnx|bundled [images [frames [widths]]]
 * </pre>
 *
 * <p>The first half of the test images makes the streams; on the second half heads are measured before they are used, so
 * that no image of a stream was seen before.
 */
final class SkewedStreamStudy {
    private static final int CLASSES = 10;
    private static final int[][] CONTEXTS = {{4, 90, 1200}, {4, 75, 1200}, {7, 90, 1200}, {3, 95, 1200}};

    private SkewedStreamStudy() {}

    /** Prints a line for each level and each kind of stream. */
    public static void main(String[] args) {
        ScalableModel general = model(args[2]);
        ScalableModel scalable = model(args[3]);
        int images = args.length > 4 ? Integer.parseInt(args[4]) : 6000;
        int frames = args.length > 5 ? Integer.parseInt(args[5]) : 3000;
        String[] widths = args.length > 6 ? args[6].split(",") : new String[] {"0.75", "0.5", "0.25"};
        LabelledImages train = Datasets.open(Path.of(args[0]), Datasets.Part.TRAIN, 32, 32);
        LabelledImages test = Datasets.open(Path.of(args[1]), Datasets.Part.TEST, 32, 32);
        ImageSample sample = ImageSample.draw(train, images, 1, Preprocessing.IMAGENET);
        int half = test.size() / 2;

        GraphSplit split = GraphSplit.at(scalable.graph(), GraphSplit.features(scalable.graph()));
        ScalableModel trunk = split.trunk(scalable);
        var cpu = Backends.find("cpu");
        double generalMacs = ModelCosts.macs(LevelExport.graph(general, general.full()));
        List<WidthLevel> levels = new ArrayList<>();
        List<FeatureSet> training = new ArrayList<>();
        List<FeatureSet> heldOut = new ArrayList<>();
        List<SpecialisationRule.Trunk> known = new ArrayList<>();
        try (Session batch = cpu.open(trunk, SessionOptions.DEFAULT.withBatch(50))) {
            for (String w : widths) {
                WidthLevel level = trunk.level(Double.parseDouble(w));
                long start = System.nanoTime();
                FeatureSet seen = FeatureExtractor.extract(
                        batch,
                        level,
                        sample.size(),
                        CLASSES,
                        (out, from, n) -> sample.fill(out, from, n),
                        i -> train.label(sample.indices()[i]),
                        n -> {});
                FeatureSet later = FeatureExtractor.extract(
                        batch,
                        level,
                        test.size() - half,
                        CLASSES,
                        (out, from, n) -> test.fill(out, half + from, n, Preprocessing.IMAGENET),
                        i -> test.label(half + i),
                        n -> {});
                double extracted = (System.nanoTime() - start) / 1e9;
                start = System.nanoTime();
                CascadeTable table =
                        CascadeTable.measure(seen, later, new int[] {1, 2, 3, 4, 5, 7}, 4, TrainOptions.DEFAULT);
                double tabled = (System.nanoTime() - start) / 1e9;
                double macs = ModelCosts.macs(LevelExport.graph(trunk, level));
                System.out.printf(
                        Locale.ROOT,
                        "level %s: %d features, %.1f MMAC, cached in %.1f s, table in %.1f s%n",
                        level.name(),
                        seen.dims(),
                        macs / 1e6,
                        extracted,
                        tabled);
                table.rates()
                        .forEach(r -> System.out.printf(
                                Locale.ROOT,
                                "  %.0f classes: right %.3f other %.3f, others passed %.3f%n",
                                r.classes(),
                                r.right(),
                                r.missed(),
                                r.passed()));
                levels.add(level);
                training.add(seen);
                heldOut.add(later);
                known.add(new SpecialisationRule.Trunk(level.name(), table, macs));
            }
        }
        try (Session whole = cpu.open(general, SessionOptions.DEFAULT);
                Session one = cpu.open(trunk, SessionOptions.DEFAULT)) {
            double accuracy = accuracy(whole, general, test, half);
            System.out.printf(
                    Locale.ROOT,
                    "general model %s: %.1f MMAC, %.2f %% on the second half of the test images%n",
                    general.name(),
                    generalMacs / 1e6,
                    100 * accuracy);
            for (int[] context : CONTEXTS) {
                List<SpecialisedStream.Trunk> trunks = new ArrayList<>();
                for (int i = 0; i < levels.size(); i++) {
                    trunks.add(new SpecialisedStream.Trunk(one, levels.get(i), training.get(i), heldOut.get(i)));
                }
                SpecialisationRule rule =
                        new SpecialisationRule(CLASSES, accuracy, generalMacs, known, RuleOptions.DEFAULT);
                SpecialisedStream stream = new SpecialisedStream(
                        whole, general.full(), CLASSES, trunks, rule, TrainOptions.DEFAULT, Runnable::run);
                play(context, frames, test, half, whole, general, stream, generalMacs, known);
            }
        }
    }

    private static void play(
            int[] context,
            int frames,
            LabelledImages test,
            int half,
            Session whole,
            ScalableModel general,
            SpecialisedStream stream,
            double generalMacs,
            List<SpecialisationRule.Trunk> known) {
        FloatBuffer frame = direct(3 * 32 * 32);
        FloatBuffer scores = direct(CLASSES);
        SplittableRandom random = new SplittableRandom(11);
        int[] dominant = new int[0];
        int rightGeneral = 0;
        int rightStream = 0;
        long generalNanos = 0;
        long streamNanos = 0;
        for (int f = 0; f < frames; f++) {
            if (f % context[2] == 0) {
                dominant = random.ints(0, CLASSES).distinct().limit(context[0]).toArray();
            }
            int label = random.nextInt(100) < context[1]
                    ? dominant[random.nextInt(dominant.length)]
                    : random.nextInt(CLASSES);
            int i = random.nextInt(half);
            while (test.label(i) != label) {
                i = random.nextInt(half);
            }
            test.fill(frame, i, 1, Preprocessing.IMAGENET);
            long start = System.nanoTime();
            whole.run(general.full(), frame, scores);
            long between = System.nanoTime();
            int answer = stream.classify(frame);
            long end = System.nanoTime();
            generalNanos += between - start;
            streamNanos += end - between;
            rightGeneral += best(scores) == label ? 1 : 0;
            rightStream += answer == label ? 1 : 0;
        }
        double macs = stream.generalRuns() * generalMacs
                + stream.trunkRuns()
                        * known.stream()
                                .mapToDouble(SpecialisationRule.Trunk::cost)
                                .average()
                                .orElse(0);
        System.out.printf(
                Locale.ROOT,
                "%d classes with %d %% for %d frames: accuracy %.2f -> %.2f %%, time %.2f -> %.2f ms a frame (training"
                        + " %.2f s in all, included), general model on %.1f %% of frames, MMAC about %.1f -> %.1f, heads"
                        + " trained %d, entered %d%n",
                context[0],
                context[1],
                context[2],
                100.0 * rightGeneral / frames,
                100.0 * rightStream / frames,
                generalNanos / 1e6 / frames,
                streamNanos / 1e6 / frames,
                stream.trainSeconds(),
                100.0 * stream.generalRuns() / frames,
                generalMacs / 1e6,
                macs / 1e6 / frames,
                stream.trained(),
                stream.entered());
    }

    private static double accuracy(Session session, ScalableModel model, LabelledImages test, int from) {
        FloatBuffer frame = direct(3 * 32 * 32);
        FloatBuffer scores = direct(CLASSES);
        int right = 0;
        int n = Math.min(1500, test.size() - from);
        for (int i = 0; i < n; i++) {
            test.fill(frame, from + i, 1, Preprocessing.IMAGENET);
            session.run(model.full(), frame, scores);
            right += best(scores) == test.label(from + i) ? 1 : 0;
        }
        return (double) right / n;
    }

    private static int best(FloatBuffer scores) {
        int best = 0;
        for (int c = 1; c < CLASSES; c++) {
            best = scores.get(c) > scores.get(best) ? c : best;
        }
        return best;
    }

    private static ScalableModel model(String name) {
        return name.equals("bundled")
                ? BundledModels.resnet20Cifar10()
                : ScalableModelFile.readAny(Path.of(name), ImportOptions.DEFAULT);
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
