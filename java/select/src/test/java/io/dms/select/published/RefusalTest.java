package io.dms.select.published;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.select.learn.Conformal;
import io.dms.select.learn.Constant;
import org.junit.jupiter.api.Test;

/** When a choice is trusted: with a classifier that always says class 0, by 1 to 0. */
class RefusalTest {
    private static final float[] X = {1};

    /** p-value of class 0: all 9 calibrated rows fit no better, so 10/10; of class 1 as many as asked fit no better. */
    private static Conformal conformal(int noBetter) {
        float[] zero = new float[9];
        float[] one = new float[9];
        for (int i = 0; i < 9; i++) {
            zero[i] = 5;
            one[i] = i < noBetter ? 5 : -5;
        }
        return new Conformal(new Constant(2, 0), new float[][] {zero, one});
    }

    @Test
    void pValuesCountTheRowItselfAmongThoseThatFitNoBetter() {
        double[] p = new double[2];
        conformal(4).pValues(X, p);
        assertThat(p).containsExactly(1, 0.5);
        conformal(0).pValues(X, p);
        assertThat(p).containsExactly(1, 0.1);
    }

    @Test
    void aChoiceIsTrustedWhereItFitsAndNoOtherDoes() {
        assertThat(new Refusal(conformal(0), 0.2, 0.9).trusts(X, 0)).isTrue();
        assertThat(new Refusal(conformal(0), 0.2, 0.9).trusts(X, 1))
                .as("one tenth is below the significance")
                .isFalse();
        assertThat(new Refusal(conformal(0), 0.2, 0).trusts(X, 1)).isFalse();
        assertThat(new Refusal(conformal(0), 0.05, 0).trusts(X, 1))
                .as("and above this one")
                .isTrue();
        assertThat(new Refusal(conformal(4), 0.2, 0.9).trusts(X, 0))
                .as("another fits, too")
                .isFalse();
        assertThat(new Refusal(conformal(4), 0.2, 0.5).trusts(X, 0)).isTrue();
    }
}
