package io.dms.select.evaluate;

import io.dms.select.TrainingData;
import io.dms.select.sample.SampleTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Turns what came of every sample into figures with their confidence. All methods share the same resamples. */
final class Judgement {
    private final SampleTable table;
    private final int[][] counts;
    private final Baselines whole;
    private final Baselines[] drawn;
    private final int[] once;

    Judgement(TrainingData data, int resamples, long seed) {
        table = data.samples();
        int n = table.samples();
        SplittableRandom random = new SplittableRandom(seed);
        once = new int[n];
        Arrays.fill(once, 1);
        whole = Baselines.of(table, once);
        counts = new int[resamples][n];
        drawn = new Baselines[resamples];
        for (int b = 0; b < resamples; b++) {
            for (int i = 0; i < n; i++) {
                counts[b][random.nextInt(n)]++;
            }
            drawn[b] = Baselines.of(table, counts[b]);
        }
    }

    Report report(int folds, List<Report.OfMethod> methods) {
        List<Interval> singles = new ArrayList<>();
        for (int c = 0; c < table.candidates().size(); c++) {
            int candidate = c;
            double[] of = Arrays.stream(drawn)
                    .mapToDouble(b -> b.singles().get(candidate).accuracy())
                    .toArray();
            singles.add(Interval.of(whole.singles().get(c).accuracy(), of));
        }
        int any = 0;
        for (int s = 0; s < table.samples(); s++) {
            boolean right = false;
            for (int c = 0; c < table.candidates().size(); c++) {
                right |= table.correct(s, c);
            }
            any += right ? 1 : 0;
        }
        return new Report(
                table.data(),
                table.samples(),
                folds,
                counts.length,
                table.candidates(),
                singles,
                (double) any / table.samples(),
                whole,
                methods);
    }

    Report.OfMethod method(String name, List<String> names, List<Played> played, Played usual, double seconds) {
        List<Report.Point> points = new ArrayList<>();
        double[][] accuracy = new double[played.size()][];
        double[][] millis = new double[played.size()][];
        for (int i = 0; i < played.size(); i++) {
            Played p = played.get(i);
            accuracy[i] = means(p.right());
            millis[i] = means(p.millis());
            points.add(point(names.get(i), p, accuracy[i], millis[i], p.ownMillis()));
        }
        double atBest = Double.NaN;
        double[] speedup = new double[counts.length];
        for (int b = 0; b <= counts.length; b++) {
            List<Front.Point> curve = new ArrayList<>();
            for (int i = 0; i < played.size(); i++) {
                curve.add(new Front.Point(millis[i][b], accuracy[i][b]));
            }
            Baselines base = b == 0 ? whole : drawn[b - 1];
            Front.Point best = base.singles().get(whole.best());
            double s = best.millis() / Front.of(curve).millis(best.accuracy());
            if (b == 0) {
                atBest = s;
            } else {
                speedup[b - 1] = s;
            }
        }
        Report.Point chosen = point("usual", usual, means(usual.right()), means(usual.millis()), Double.NaN);
        return new Report.OfMethod(name, null, seconds, points, chosen, Interval.of(atBest, speedup));
    }

    private Report.Point point(String name, Played p, double[] accuracy, double[] millis, double own) {
        int draws = counts.length;
        double[][] figures = new double[5][draws];
        double[] value = new double[5];
        for (int b = 0; b <= draws; b++) {
            double[] f = figures(b == 0 ? whole : drawn[b - 1], accuracy[b], millis[b]);
            for (int k = 0; k < f.length; k++) {
                if (b == 0) {
                    value[k] = f[k];
                } else {
                    figures[k][b - 1] = f[k];
                }
            }
        }
        int refused = 0;
        for (boolean r : p.refused()) {
            refused += r ? 1 : 0;
        }
        List<Double> runs = new ArrayList<>();
        for (int c = 0; c < table.candidates().size(); c++) {
            runs.add((double) p.runs()[c] / table.samples());
        }
        return new Report.Point(
                name,
                Interval.of(accuracy[0], Arrays.copyOfRange(accuracy, 1, draws + 1)),
                Interval.of(millis[0], Arrays.copyOfRange(millis, 1, draws + 1)),
                (double) refused / table.samples(),
                own,
                runs,
                Interval.of(value[0], figures[0]),
                Interval.of(value[1], figures[1]),
                Interval.of(value[2], figures[2]),
                Interval.of(value[3], figures[3]),
                Interval.of(value[4], figures[4]));
    }

    private double[] figures(Baselines b, double accuracy, double millis) {
        Front.Point best = b.singles().get(whole.best());
        double oracle = b.oracle().accuracy(millis);
        double mixed = b.bestMix().millis(accuracy);
        return new double[] {
            accuracy - best.accuracy(),
            best.millis() / millis,
            share(b.mix().accuracy(millis), accuracy, oracle),
            share(b.bestMix().accuracy(millis), accuracy, oracle),
            share(mixed, millis, b.oracle().millis(accuracy))
        };
    }

    /** How far from one end towards the other. */
    private static double share(double from, double at, double to) {
        return Math.abs(to - from) < 1e-12 ? Double.NaN : (at - from) / (to - from);
    }

    /** The mean over all samples, then over each resample. */
    private double[] means(boolean[] of) {
        double[] values = new double[of.length];
        for (int i = 0; i < of.length; i++) {
            values[i] = of[i] ? 1 : 0;
        }
        return means(values);
    }

    private double[] means(double[] of) {
        double[] out = new double[counts.length + 1];
        for (int b = 0; b <= counts.length; b++) {
            int[] count = b == 0 ? once : counts[b - 1];
            double sum = 0;
            for (int i = 0; i < of.length; i++) {
                sum += count[i] * of[i];
            }
            out[b] = sum / of.length;
        }
        return out;
    }
}
