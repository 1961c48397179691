package io.dms.cli.catalog;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.schedule.special.CascadeTable;
import io.dms.schedule.special.Confusion;
import io.dms.schedule.special.FeatureSet;
import io.dms.schedule.special.RuleOptions;
import io.dms.schedule.special.SpecialisationRule;
import io.dms.schedule.special.SpecialisedStream;
import io.dms.schedule.special.TrainOptions;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The streams of {@link SkewedStreamStudy} from cached outputs ({@link SkewedStreamCache}), over several seeds, beside the
 * best head known in advance. By hand:
 *
 * <pre>SkewedStreamReplay CACHE-FOLDER TRAIN-FOLDER TEST-FOLDER images frames seeds GENERAL.onnx|bundled...</pre>
 *
 * <p>Accuracy and multiplications are those of a run end to end; there are no times.
 */
final class SkewedStreamReplay {
    private static final int CLASSES = SkewedStreamCache.CLASSES;

    private final FeatureSet[] whole;
    private final List<SpecialisedStream.Cached> cached;
    private final List<SpecialisationRule.Trunk> known;
    private final int[] answers;
    private final double generalMacs;
    private final Confusion confusion;

    private SkewedStreamReplay(SkewedStreamCache cache, String name) throws IOException {
        ScalableModel general = SkewedStreamCache.model(name);
        FeatureSet scores = cache.test(general, general.full());
        this.answers = SkewedStreamCache.answers(scores);
        this.generalMacs = SkewedStreamCache.macs(general, general.full());
        int half = scores.size() / 2;
        int[] heldOut = Arrays.copyOfRange(answers, half, answers.length);
        this.confusion = Confusion.of(CLASSES, Arrays.copyOfRange(scores.labels(), half, answers.length), heldOut);
        ScalableModel trunk = SkewedStreamCache.trunk(SkewedStreamCache.model("bundled"));
        this.cached = new ArrayList<>();
        this.known = new ArrayList<>();
        List<FeatureSet> all = new ArrayList<>();
        for (WidthLevel level : trunk.levels()) {
            double macs = SkewedStreamCache.macs(trunk, level);
            if (macs > 0.9 * generalMacs) {
                continue;
            }
            FeatureSet training = cache.training(trunk, level);
            FeatureSet test = cache.test(trunk, level);
            FeatureSet later = test.rows(half, test.size());
            CascadeTable table = CascadeTable.measure(
                    training, later, heldOut, SkewedStreamStudy.SIZES, SkewedStreamStudy.DRAWS, TrainOptions.DEFAULT);
            all.add(test);
            cached.add(new SpecialisedStream.Cached(training, later, heldOut));
            known.add(new SpecialisationRule.Trunk(level.name(), table, macs));
        }
        this.whole = all.toArray(FeatureSet[]::new);
    }

    /** The frame is the number of its image. */
    private final class Models implements SpecialisedStream.Models {
        private final FloatBuffer[] features =
                Arrays.stream(whole).map(f -> FloatBuffer.allocate(f.dims())).toArray(FloatBuffer[]::new);
        private double macs;

        @Override
        public int general(FloatBuffer frame) {
            macs += generalMacs;
            return answers[(int) frame.get(0)];
        }

        @Override
        public FloatBuffer features(int trunk, FloatBuffer frame) {
            macs += known.get(trunk).cost();
            int dims = whole[trunk].dims();
            features[trunk].put(0, whole[trunk].values(), (int) frame.get(0) * dims, dims);
            return features[trunk];
        }
    }

    /**
     * @param frames of the stream
     * @param general right answers of the general model alone
     * @param special right answers of the specialised stream
     * @param changed frames on which only one of the two is right
     * @param onGeneral frames on which the general model ran
     * @param macs in all
     */
    private record Result(
            long frames,
            long general,
            long special,
            long changed,
            long onGeneral,
            double macs,
            int trained,
            int entered,
            double bestAccuracy,
            double bestMacs) {
        static final Result NONE = new Result(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

        /** Both; the best head's figures are per stream. */
        Result and(Result o, double share) {
            return new Result(
                    frames + o.frames,
                    general + o.general,
                    special + o.special,
                    changed + o.changed,
                    onGeneral + o.onGeneral,
                    macs + o.macs,
                    trained + o.trained,
                    entered + o.entered,
                    bestAccuracy + share * o.bestAccuracy,
                    bestMacs + share * o.bestMacs);
        }

        /** A row of a table. */
        String row(String what) {
            double more = (double) (special - general) / frames;
            return String.format(
                    Locale.ROOT,
                    "| %s | %.2f %% | %.2f %% | %+.2f (%.2f) | %.1f %% | %.1f | %d, %d | %.2f %%, %.1f |",
                    what,
                    100.0 * general / frames,
                    100.0 * special / frames,
                    100 * more,
                    100 * Math.sqrt(((double) changed / frames - more * more) / frames),
                    100.0 * onGeneral / frames,
                    macs / frames / 1e6,
                    trained,
                    entered,
                    bestAccuracy,
                    bestMacs);
        }
    }

    private Result play(SkewedStreamStudy.Frames frames, int hold) {
        Models models = new Models();
        SpecialisationRule rule = new SpecialisationRule(confusion, generalMacs, known, RuleOptions.DEFAULT);
        SpecialisedStream stream = new SpecialisedStream(models, cached, rule, TrainOptions.DEFAULT, Runnable::run);
        FloatBuffer frame = FloatBuffer.allocate(1);
        int rightGeneral = 0;
        int right = 0;
        int changed = 0;
        int n = frames.images().length;
        for (int i = 0; i < n; i++) {
            int image = frames.images()[i];
            frame.put(0, image);
            boolean byGeneral = answers[image] == frames.labels()[i];
            boolean byStream = stream.classify(frame) == frames.labels()[i];
            rightGeneral += byGeneral ? 1 : 0;
            right += byStream ? 1 : 0;
            changed += byGeneral == byStream ? 0 : 1;
        }
        BestHead best = BestHead.of(frames, hold, answers, generalMacs, cached, whole, known);
        return new Result(
                n,
                rightGeneral,
                right,
                changed,
                stream.generalRuns(),
                models.macs,
                stream.trained(),
                stream.entered(),
                best.accuracy(),
                best.macs());
    }

    /** Prints a line for each stream and the means; {@code -Dstudy.seed} is the first stream's seed. */
    public static void main(String[] args) throws IOException {
        SkewedStreamCache cache =
                new SkewedStreamCache(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), Integer.parseInt(args[3]));
        int frames = Integer.parseInt(args[4]);
        int seeds = Integer.parseInt(args[5]);
        int first = Integer.getInteger("study.seed", 11);
        for (int g = 6; g < args.length; g++) {
            long start = System.nanoTime();
            SkewedStreamReplay replay = new SkewedStreamReplay(cache, args[g]);
            System.out.printf(
                    Locale.ROOT,
                    "general model %s: %.1f MMAC, %.2f %% of the held-out images; tables of %d trunks in %.1f s%n",
                    args[g],
                    replay.generalMacs / 1e6,
                    100 * replay.confusion.accuracy(),
                    replay.known.size(),
                    (System.nanoTime() - start) / 1e9);
            System.out.println(
                    "| stream | general alone | specialised | gain (its standard error) | on the general model |"
                            + " MMAC a frame | trained, entered | best head known in advance, MMAC |");
            for (int[] context : SkewedStreamStudy.CONTEXTS) {
                String name = context[0] + " classes hold " + context[1] + " %";
                Result all = Result.NONE;
                for (int s = 0; s < seeds; s++) {
                    Result r = replay.play(
                            SkewedStreamStudy.Frames.draw(context, frames, cache.test(), first + s), context[2]);
                    System.out.println(r.row(name + ", seed " + (first + s)));
                    all = all.and(r, 1.0 / seeds);
                }
                System.out.println(all.row("**" + name + "**"));
            }
        }
    }
}
