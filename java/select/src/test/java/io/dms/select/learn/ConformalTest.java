package io.dms.select.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.dms.model.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConformalTest {
    private static final int SPLITS = 20;

    private static Conformal half(Dataset data, Learner learner, long seed) {
        Folds folds = Folds.stratified(data.y(), 2, seed);
        return Conformal.fit(data.rows(folds.inside(0)), data.rows(folds.outside(0)), learner, 5, seed);
    }

    /** Share of rows whose true class has a p-value of at most the significance, mean of 20 splits. */
    private static double errors(Dataset data, Learner learner, double significance) {
        int wrong = 0;
        int judged = 0;
        for (int split = 0; split < SPLITS; split++) {
            Folds folds = Folds.stratified(data.y(), 2, split);
            Dataset seen = data.rows(folds.outside(0));
            Folds parts = Folds.stratified(seen.y(), 10, split);
            // a tenth teaches: the promise does not depend on how good the classifier is
            Conformal conformal =
                    Conformal.fit(seen.rows(parts.inside(0)), seen.rows(parts.outside(0)), learner, 5, split);
            double[] p = new double[data.classes()];
            for (int row : folds.inside(0)) {
                conformal.pValues(data.x()[row], p);
                wrong += p[data.y()[row]] <= significance ? 1 : 0;
                judged++;
            }
        }
        return (double) wrong / judged;
    }

    @ParameterizedTest
    @EnumSource(names = {"BAYES", "SVM"})
    void missesTheTrueClassAsOftenAsItPromisesWhetherOrNotThereIsAnythingToLearn(Learner learner) {
        for (double spread : new double[] {0.15, 5}) {
            Dataset data = Made.clouds(4000, 3, 3, spread, 1);
            for (double significance : new double[] {0.05, 0.2}) {
                assertThat(errors(data, learner, significance))
                        .as("spread %s", spread)
                        .isEqualTo(significance, offset(0.01));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"KNN", "TREE"})
    void missesItNoOftenerWhereScoresAreEqualForMany(Learner learner) {
        Dataset data = Made.clouds(1500, 3, 3, 0.5, 1);
        assertThat(errors(data, learner, 0.1)).isLessThan(0.11);
    }

    @Test
    void keepsThePromiseForARareClassToo() {
        Dataset data = Made.clouds(3000, 3, 2, 0.4, 3);
        int[] y = data.y().clone();
        int kept = 0;
        for (int i = 0; i < y.length; i++) {
            // one in sixteen of class 1 stays
            if (y[i] == 1 && kept++ % 16 != 0) {
                y[i] = 0;
            }
        }
        Dataset rare = new Dataset(data.names(), data.x(), y, 2);
        int wrong = 0;
        int judged = 0;
        double[] p = new double[2];
        for (int split = 0; split < SPLITS; split++) {
            Folds folds = Folds.stratified(y, 2, split);
            Conformal conformal = half(rare.rows(folds.outside(0)), Learner.BAYES, split);
            for (int row : folds.inside(0)) {
                if (y[row] == 1) {
                    conformal.pValues(rare.x()[row], p);
                    wrong += p[1] <= 0.2 ? 1 : 0;
                    judged++;
                }
            }
        }
        assertThat((double) wrong / judged).isLessThan(0.22);
    }

    @Test
    void isTheShareOfCalibratingRowsThatFitNoBetter() {
        // the constant classifier scores class 0 with 1 and class 1 with 0: nonconformity -1 and 1
        Conformal conformal = new Conformal(new Constant(2, 0), new float[][] {{-2, -1, -1, 0}, {}});
        double[] p = new double[2];
        conformal.pValues(new float[0], p);
        assertThat(p).containsExactly(4 / 5.0, 1);
    }

    @Test
    void allocatesNothing() {
        Conformal conformal = half(Made.clouds(300, 3, 3, 0.3, 1), Learner.BAYES, 1);
        float[] x = {0.1f, 0.2f, 0.3f};
        double[] p = new double[3];
        assertThat(Made.allocated(() -> conformal.pValues(x, p), 1000)).isLessThan(1000);
    }

    @Test
    void refusesNothingToCalibrateOn() {
        Dataset data = Made.clouds(5, 3, 2, 0.3, 1);
        assertThatThrownBy(() -> Conformal.fit(data, data.rows(new int[0]), Learner.BAYES, 5, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("to calibrate on");
    }
}
