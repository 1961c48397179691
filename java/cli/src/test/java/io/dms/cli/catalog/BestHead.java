package io.dms.cli.catalog;

import io.dms.schedule.special.FeatureSet;
import io.dms.schedule.special.HeadTrainer;
import io.dms.schedule.special.LinearHead;
import io.dms.schedule.special.SpecialisationRule;
import io.dms.schedule.special.SpecialisedStream;
import io.dms.schedule.special.TrainOptions;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The best that one head for each context could have given on a stream, with contexts, labels and outcomes known in
 * advance: of heads for the context's classes, and those less one, on each trunk and with all margins, the cheapest whose
 * cascade names no fewer of the very frames rightly than the general model. Without exploration, checks and training: a
 * bound that no rule reaches.
 *
 * @param accuracy per cent
 * @param macs a frame, millions
 */
record BestHead(double accuracy, double macs) {
    private static final float[] OVER_OTHER = {-6, -4, -3, -2, -1, 0, 1, 2, 3, 4.5f, 6, 9};
    private static final float[] OVER_NEXT = {0, 0.5f, 1, 1.5f, 2, 3, 4.5f, 6, 9};

    private record Choice(int right, double macs) {}

    static BestHead of(
            SkewedStreamStudy.Frames frames,
            int hold,
            int[] answers,
            double generalMacs,
            List<SpecialisedStream.Cached> cached,
            FeatureSet[] whole,
            List<SpecialisationRule.Trunk> known) {
        HeadTrainer trainer = new HeadTrainer(TrainOptions.DEFAULT);
        int n = frames.images().length;
        int right = 0;
        double macs = 0;
        for (int from = 0; from < n; from += hold) {
            int to = Math.min(n, from + hold);
            int general = 0;
            for (int i = from; i < to; i++) {
                general += answers[frames.images()[i]] == frames.labels()[i] ? 1 : 0;
            }
            Choice best = new Choice(general, generalMacs * (to - from));
            for (int[] classes : sets(frames.dominant().get(from / hold))) {
                for (int t = 0; t < whole.length; t++) {
                    LinearHead head = trainer.specialised(cached.get(t).training(), classes);
                    best = better(best, frames, from, to, general, answers, head, whole[t], known.get(t), generalMacs);
                }
            }
            right += best.right();
            macs += best.macs();
        }
        return new BestHead(100.0 * right / n, macs / n / 1e6);
    }

    private static List<int[]> sets(int[] dominant) {
        int[] all = dominant.clone();
        Arrays.sort(all);
        List<int[]> out = new ArrayList<>();
        out.add(all);
        for (int less : all) {
            out.add(Arrays.stream(all).filter(c -> c != less).toArray());
        }
        return out;
    }

    private static Choice better(
            Choice before,
            SkewedStreamStudy.Frames frames,
            int from,
            int to,
            int general,
            int[] answers,
            LinearHead head,
            FeatureSet features,
            SpecialisationRule.Trunk trunk,
            double generalMacs) {
        int n = to - from;
        int[] named = new int[n];
        float[] overOther = new float[n];
        float[] overNext = new float[n];
        FloatBuffer values = FloatBuffer.wrap(features.values());
        FloatBuffer scores = FloatBuffer.allocate(head.rows());
        int[] classes = head.classes();
        for (int i = 0; i < n; i++) {
            head.scores(values, frames.images()[from + i] * features.dims(), scores);
            int best = 0;
            float next = Float.NEGATIVE_INFINITY;
            for (int r = 1; r < classes.length - 1; r++) {
                if (scores.get(r) > scores.get(best)) {
                    next = scores.get(best);
                    best = r;
                } else {
                    next = Math.max(next, scores.get(r));
                }
            }
            named[i] = classes[best];
            overOther[i] = scores.get(best) - scores.get(classes.length - 1);
            overNext[i] = scores.get(best) - next;
        }
        Choice best = before;
        for (float other : OVER_OTHER) {
            for (float over : OVER_NEXT) {
                int right = 0;
                int taken = 0;
                for (int i = 0; i < n; i++) {
                    boolean takes = overOther[i] >= other && overNext[i] >= over;
                    int answer = takes ? named[i] : answers[frames.images()[from + i]];
                    taken += takes ? 1 : 0;
                    right += answer == frames.labels()[from + i] ? 1 : 0;
                }
                double macs = trunk.cost() * n + generalMacs * (n - taken);
                if (right >= general && macs < best.macs()) {
                    best = new Choice(right, macs);
                }
            }
        }
        return best;
    }
}
