package io.dms.select.evaluate;

import io.dms.model.UserException;
import io.dms.select.Method;
import io.dms.select.Replay;
import io.dms.select.Seen;
import io.dms.select.Selector;
import io.dms.select.TrainingData;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Judges methods by cross-validation: each fold is a stretch of the stream, played to a selector that learned from all the
 * others. Folds are stretches and not a draw, so that the recent past stays what it was. Reads the clock, to count what the
 * selectors themselves cost.
 */
public final class Evaluation {
    private final TrainingData data;
    private final int folds;
    private final long seed;

    /** Is told how far it is. */
    public interface Listener {
        /** One fold of one method was judged. */
        void judged(String method, int fold);
    }

    /**
     * Judging on some samples.
     *
     * @param folds at least 2
     * @throws UserException where there are fewer samples than folds
     */
    public Evaluation(TrainingData data, int folds, long seed) {
        this.data = data;
        this.folds = folds;
        this.seed = seed;
        if (folds < 2 || folds > data.samples().samples()) {
            throw new UserException("there must be at least 2 folds and not more than the "
                    + data.samples().samples() + " samples: " + folds);
        }
    }

    /** Judges methods; one that can't learn from these samples is reported with the reason. */
    public Report judge(List<Method> methods, int resamples, Listener listener) {
        Judgement judgement = new Judgement(data, resamples, seed);
        List<Report.OfMethod> out = new ArrayList<>();
        for (Method m : methods) {
            out.add(judge(m, judgement, listener));
        }
        return judgement.report(folds, out);
    }

    private Report.OfMethod judge(Method method, Judgement judgement, Listener listener) {
        int n = data.samples().samples();
        List<Played> played = new ArrayList<>();
        List<String> names = List.of();
        Played usual = empty(n);
        double learning = 0;
        for (int fold = 0; fold < folds; fold++) {
            int from = (int) ((long) n * fold / folds);
            int to = (int) ((long) n * (fold + 1) / folds);
            int[] rows = IntStream.range(0, n).filter(s -> s < from || s >= to).toArray();
            Method.Learned learned;
            long begin = System.nanoTime();
            try {
                learned = method.learn(data, rows, seed + fold);
            } catch (UserException e) {
                return Report.OfMethod.impossible(method.name(), String.valueOf(e.getMessage()));
            }
            learning += (System.nanoTime() - begin) * 1e-9;
            if (fold == 0) {
                names = learned.settings();
                names.forEach(x -> played.add(empty(n)));
            } else if (learned.settings().size() != names.size()) {
                throw new IllegalStateException(method.name() + " has another number of settings in each fold");
            }
            for (int i = 0; i < names.size(); i++) {
                played.set(i, play(learned.selector(i), from, to, played.get(i)));
            }
            copy(played.get(learned.usual()), usual, from, to);
            listener.judged(method.name(), fold);
        }
        return judgement.method(method.name(), names, played, usual, learning / folds);
    }

    private static Played empty(int n) {
        return new Played(new boolean[n], new boolean[n], new double[n], new long[64], 0);
    }

    private static void copy(Played from, Played to, int first, int end) {
        System.arraycopy(from.right(), first, to.right(), first, end - first);
        System.arraycopy(from.refused(), first, to.refused(), first, end - first);
        System.arraycopy(from.millis(), first, to.millis(), first, end - first);
    }

    private Played play(Selector selector, int from, int to, Played into) {
        Replay replay = new Replay(data);
        warm(selector, replay, from, to);
        selector.restart();
        double fixed = selector.readsImage() ? data.imageMillis() : 0;
        long own = 0;
        for (int s = from; s < to; s++) {
            Seen seen = replay.begin(s);
            long nanos = -System.nanoTime();
            int next = selector.next(seen);
            nanos += System.nanoTime();
            while (next >= 0) {
                replay.run(next);
                nanos -= System.nanoTime();
                next = selector.next(seen);
                nanos += System.nanoTime();
            }
            nanos -= System.nanoTime();
            into.refused()[s] = next == Selector.REFUSE;
            into.right()[s] = !into.refused()[s]
                    && selector.answer(seen) == data.samples().label()[s];
            selector.finish(seen);
            nanos += System.nanoTime();
            own += nanos;
            into.millis()[s] = replay.millis() + nanos * 1e-6 + fixed;
            for (int r = 0; r < seen.runs(); r++) {
                into.runs()[seen.candidate(r)]++;
            }
        }
        double share = own * 1e-6 / into.millis().length;
        return new Played(into.right(), into.refused(), into.millis(), into.runs(), into.ownMillis() + share);
    }

    /** So that the time of compiling is not counted as the selector's. */
    private static void warm(Selector selector, Replay replay, int from, int to) {
        for (int s = from; s < Math.min(to, from + 200); s++) {
            replay.play(selector, s);
        }
    }

    /** Indices of the samples, all of them: what a selector that is kept learns from. */
    public static int[] all(TrainingData data) {
        return IntStream.range(0, data.samples().samples()).toArray();
    }
}
