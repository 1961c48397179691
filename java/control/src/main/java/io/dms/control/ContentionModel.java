package io.dms.control;

import java.util.Arrays;

/**
 * How much each application slows when others run, learned from what its calls took. A call of application i takes
 *
 * <pre>profile time * x_i * (1 + sum over others j of k_ij * p_j * b_j)</pre>
 *
 * where b_j is the share of time in which a call of j runs and p_j how much of the accelerator it fills. x_i is what slows
 * i whoever runs beside it. Each application has an extended Kalman filter over (x_i, k_i1 ... k_in): x may change fast,
 * the coefficients slowly, all are bounded, and what is not excited keeps its variance below a cap. Without data all are
 * 1: the profile, and plain time sharing. One figure can't tell x from k; what tells them apart is whether the others'
 * work changed. Where a surprise comes while they do the same as before, it is x that moved. A last figure says how much
 * calls scatter by meeting others or not.
 */
final class ContentionModel {
    private static final double X_VARIANCE = 0.1 * 0.1;
    private static final double X_CAP = 1;
    private static final double X_DRIFT = 0.02 * 0.02;
    private static final double K_VARIANCE = 0.35 * 0.35;
    private static final double K_DRIFT = 0.003 * 0.003;
    private static final double SURPRISE = 9;
    private static final double SAME_WORK = 0.05;
    private static final double K_MAX = 3;
    private static final double FLOOR = 0.01 * 0.01;

    private final int n;
    private final double[][] theta;
    private final double[][][] covariance;
    private final double[] scatter;
    private final double[] slope;
    private final double[] projected;

    ContentionModel(int applications) {
        n = applications;
        theta = new double[n][n + 1];
        covariance = new double[n][n + 1][n + 1];
        scatter = new double[n];
        slope = new double[n + 1];
        projected = new double[n + 1];
        for (int i = 0; i < n; i++) {
            reset(i);
        }
    }

    /** A model that knows already: x of each application, and k[i][j]. */
    static ContentionModel known(double[] slowdown, double[][] coefficient) {
        ContentionModel m = new ContentionModel(slowdown.length);
        for (int i = 0; i < slowdown.length; i++) {
            m.theta[i][0] = slowdown[i];
            System.arraycopy(coefficient[i], 0, m.theta[i], 1, slowdown.length);
            m.covariance[i][0][0] = 1e-4;
        }
        return m;
    }

    /** Forgets what is known of one application. */
    void reset(int i) {
        Arrays.fill(theta[i], 1);
        for (double[] row : covariance[i]) {
            Arrays.fill(row, 0);
        }
        covariance[i][0][0] = X_VARIANCE;
        for (int j = 0; j < n; j++) {
            covariance[i][j + 1][j + 1] = K_VARIANCE;
        }
        scatter[i] = 0.5;
    }

    /** Takes back what slows an application of which nothing is seen, where it is above what it probably is by now. */
    void relax(int i, double slowdown) {
        theta[i][0] = Math.min(theta[i][0], slowdown);
    }

    /** What slows this application whoever runs beside it, 1 as in the profile. */
    double slowdown(int i) {
        return theta[i][0];
    }

    /** Standard deviation of what is known of it. */
    double slowdownDeviation(int i) {
        return Math.sqrt(covariance[i][0][0]);
    }

    /** How much a call of j that fills the accelerator adds to a call of i beside it. */
    double coefficient(int i, int j) {
        return theta[i][j + 1];
    }

    /** Share of the scatter between calls that meet others and calls that do not which is seen, 0 to 2. */
    double scatter(int i) {
        return scatter[i];
    }

    /**
     * Takes the calls of one period.
     *
     * @param ratio mean of a call's time over its profile's
     * @param variance of these, 0 where there is one call
     * @param calls how many
     * @param busy p_j * b_j of all applications; its own is not read
     * @param moved by how much the others' work, p_j times calls times profile time, changed since the period before, as
     *     a share of time
     * @param spread relative spread of a call alone
     */
    void learn(int i, double ratio, double variance, int calls, double[] busy, double moved, double spread) {
        if (calls < 1 || !(ratio > 0.05 && ratio < 100)) {
            return;
        }
        double[] t = theta[i];
        double[][] p = covariance[i];
        slope[0] = 1;
        for (int j = 0; j < n; j++) {
            slope[j + 1] = j == i ? 0 : t[0] * busy[j];
            slope[0] += j == i ? 0 : t[j + 1] * busy[j];
            p[j + 1][j + 1] = Math.min(K_VARIANCE, p[j + 1][j + 1] + K_DRIFT);
        }
        p[0][0] = Math.min(X_CAP, p[0][0] + X_DRIFT);
        double error = ratio - t[0] * slope[0];
        double noise = Math.max(variance, spread * spread * ratio * ratio) / calls + FLOOR;
        double total = noise + project(p);
        if (error * error > SURPRISE * total && moved < SAME_WORK) {
            p[0][0] = Math.min(X_CAP, p[0][0] + error * error / (slope[0] * slope[0]));
            total = noise + project(p);
        }
        for (int a = 0; a <= n; a++) {
            double gain = projected[a] / total;
            t[a] += gain * error;
            for (int b = 0; b <= n; b++) {
                p[a][b] -= gain * projected[b];
            }
        }
        for (int a = 0; a <= n; a++) {
            t[a] = a == 0 ? Math.max(0.3, Math.min(50, t[a])) : Math.max(0, Math.min(K_MAX, t[a]));
            p[a][a] = Math.max(1e-6, p[a][a]);
        }
        learnScatter(i, variance / (t[0] * t[0]), calls, busy, spread * ratio / t[0]);
    }

    /** The covariance times the slope, and the variance of the forecast. */
    private double project(double[][] p) {
        double total = 0;
        for (int a = 0; a <= n; a++) {
            double sum = 0;
            for (int b = 0; b <= n; b++) {
                sum += p[a][b] * slope[b];
            }
            projected[a] = sum;
            total += sum * slope[a];
        }
        return total;
    }

    private void learnScatter(int i, double variance, int calls, double[] busy, double alone) {
        double meet = meeting(i, busy);
        if (calls >= 3 && meet > 1e-4) {
            double seen = Math.max(0, variance - alone * alone) / meet;
            scatter[i] += 0.1 * (Math.max(0.05, Math.min(2, seen)) - scatter[i]);
        }
    }

    /** Variance of a call's time over its profile's if each other application either ran all along it or not at all. */
    private double meeting(int i, double[] busy) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
            if (j != i) {
                double b = Math.min(1, busy[j]);
                double k = theta[i][j + 1];
                sum += k * k * b * (1 - b);
            }
        }
        return sum;
    }
}
