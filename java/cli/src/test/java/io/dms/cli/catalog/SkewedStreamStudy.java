package io.dms.cli.catalog;

import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.ImageSample;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backends;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.schedule.special.CascadeTable;
import io.dms.schedule.special.Confusion;
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
import java.util.stream.IntStream;

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
    static final int[][] CONTEXTS = {{4, 90, 1200}, {4, 75, 1200}, {7, 90, 1200}, {3, 95, 1200}};
    static final int[] SIZES = {1, 2, 3, 4, 5, 7};
    static final int DRAWS = 4;
    private static final int CLASSES = 10;

    private SkewedStreamStudy() {}

    /**
     * The frames of a stream.
     *
     * @param images of the first half of the test images
     * @param labels of the same
     * @param dominant classes of each context, in its order
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Frames(int[] images, int[] labels, List<int[]> dominant) {
        /** @param context how many classes, what share of the frames is surely in them, frames that it holds */
        static Frames draw(int[] context, int frames, LabelledImages test, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            Frames out = new Frames(new int[frames], new int[frames], new ArrayList<>());
            int half = test.size() / 2;
            int[] dominant = new int[0];
            for (int f = 0; f < frames; f++) {
                if (f % context[2] == 0) {
                    dominant =
                            random.ints(0, CLASSES).distinct().limit(context[0]).toArray();
                    out.dominant().add(dominant);
                }
                int label = random.nextInt(100) < context[1]
                        ? dominant[random.nextInt(dominant.length)]
                        : random.nextInt(CLASSES);
                int i = random.nextInt(half);
                while (test.label(i) != label) {
                    i = random.nextInt(half);
                }
                out.images()[f] = i;
                out.labels()[f] = label;
            }
            return out;
        }
    }

    /** Prints a line for each level and each kind of stream. */
    public static void main(String[] args) {
        ScalableModel general = SkewedStreamCache.model(args[2]);
        ScalableModel scalable = SkewedStreamCache.model(args[3]);
        int images = args.length > 4 ? Integer.parseInt(args[4]) : 6000;
        int frames = args.length > 5 ? Integer.parseInt(args[5]) : 3000;
        String[] widths = args.length > 6 ? args[6].split(",") : new String[] {"0.75", "0.5", "0.25"};
        LabelledImages train = Datasets.open(Path.of(args[0]), Datasets.Part.TRAIN, 32, 32);
        LabelledImages test = Datasets.open(Path.of(args[1]), Datasets.Part.TEST, 32, 32);
        ImageSample sample = ImageSample.draw(train, images, 1, Preprocessing.IMAGENET);
        int half = test.size() / 2;

        ScalableModel trunk = SkewedStreamCache.trunk(scalable);
        var cpu = Backends.find("cpu");
        double generalMacs = SkewedStreamCache.macs(general, general.full());
        int[] answers = answers(general, test, half);
        int[] labels = IntStream.range(half, test.size()).map(test::label).toArray();
        Confusion confusion = Confusion.of(CLASSES, labels, answers);
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
                CascadeTable table = CascadeTable.measure(seen, later, answers, SIZES, DRAWS, TrainOptions.DEFAULT);
                double tabled = (System.nanoTime() - start) / 1e9;
                double macs = SkewedStreamCache.macs(trunk, level);
                System.out.printf(
                        Locale.ROOT,
                        "level %s: %d features, %.1f MMAC, cached in %.1f s, table in %.1f s%n",
                        level.name(),
                        seen.dims(),
                        macs / 1e6,
                        extracted,
                        tabled);
                levels.add(level);
                training.add(seen);
                heldOut.add(later);
                known.add(new SpecialisationRule.Trunk(level.name(), table, macs));
            }
        }
        try (Session whole = cpu.open(general, SessionOptions.DEFAULT);
                Session one = cpu.open(trunk, SessionOptions.DEFAULT)) {
            System.out.printf(
                    Locale.ROOT,
                    "general model %s: %.1f MMAC, %.2f %% on the second half of the test images%n",
                    general.name(),
                    generalMacs / 1e6,
                    100 * confusion.accuracy());
            for (int[] context : CONTEXTS) {
                List<SpecialisedStream.Trunk> trunks = new ArrayList<>();
                for (int i = 0; i < levels.size(); i++) {
                    trunks.add(
                            new SpecialisedStream.Trunk(one, levels.get(i), training.get(i), heldOut.get(i), answers));
                }
                SpecialisationRule rule = new SpecialisationRule(confusion, generalMacs, known, RuleOptions.DEFAULT);
                SpecialisedStream stream = new SpecialisedStream(
                        whole, general.full(), CLASSES, trunks, rule, TrainOptions.DEFAULT, Runnable::run);
                play(context, frames, test, whole, general, stream, generalMacs, known);
            }
        }
    }

    private static void play(
            int[] context,
            int frames,
            LabelledImages test,
            Session whole,
            ScalableModel general,
            SpecialisedStream stream,
            double generalMacs,
            List<SpecialisationRule.Trunk> known) {
        FloatBuffer frame = direct(3 * 32 * 32);
        FloatBuffer scores = direct(CLASSES);
        Frames drawn = Frames.draw(context, frames, test, 11);
        int rightGeneral = 0;
        int rightStream = 0;
        long generalNanos = 0;
        long streamNanos = 0;
        for (int f = 0; f < frames; f++) {
            int label = drawn.labels()[f];
            test.fill(frame, drawn.images()[f], 1, Preprocessing.IMAGENET);
            long start = System.nanoTime();
            whole.run(general.full(), frame, scores);
            long between = System.nanoTime();
            int answer = stream.classify(frame);
            long end = System.nanoTime();
            generalNanos += between - start;
            streamNanos += end - between;
            rightGeneral += best(scores, 0) == label ? 1 : 0;
            rightStream += answer == label ? 1 : 0;
        }
        double macs = stream.generalRuns() * generalMacs;
        for (int t = 0; t < known.size(); t++) {
            macs += stream.trunkRuns(t) * known.get(t).cost();
        }
        System.out.printf(
                Locale.ROOT,
                "%d classes with %d %% for %d frames: accuracy %.2f -> %.2f %%, time %.2f -> %.2f ms a frame (training"
                        + " %.2f s in all, included), general model on %.1f %% of frames, MMAC %.1f -> %.1f, heads"
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

    /** The general model's answers to the second half of the test images. */
    private static int[] answers(ScalableModel model, LabelledImages test, int from) {
        int batch = 50;
        FloatBuffer in = direct(batch * 3 * 32 * 32);
        FloatBuffer out = direct(batch * CLASSES);
        int[] answers = new int[test.size() - from];
        try (Session session = Backends.find("cpu").open(model, SessionOptions.DEFAULT.withBatch(batch))) {
            for (int i = 0; i < answers.length; i += batch) {
                int n = Math.min(batch, answers.length - i);
                test.fill(in, from + i, n, Preprocessing.IMAGENET);
                session.run(model.full(), in, out);
                for (int k = 0; k < n; k++) {
                    answers[i + k] = best(out, k * CLASSES);
                }
            }
        }
        return answers;
    }

    private static int best(FloatBuffer scores, int at) {
        int best = 0;
        for (int c = 1; c < CLASSES; c++) {
            best = scores.get(at + c) > scores.get(at + best) ? c : best;
        }
        return best;
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
