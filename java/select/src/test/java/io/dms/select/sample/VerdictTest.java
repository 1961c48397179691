package io.dms.select.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.UserException;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class VerdictTest {
    @Test
    void aSoftmaxByHand() {
        Verdict v = new Verdict(3, true);
        v.read(FloatBuffer.wrap(new float[] {9, (float) Math.log(1), (float) Math.log(6), (float) Math.log(3)}), 1);
        assertThat(v.answer()).isEqualTo(1);
        assertThat(v.confidence()).isCloseTo(0.6f, within(1e-6f));
        assertThat(v.margin()).isCloseTo(0.3f, within(1e-6f));
        double nats = -(0.1 * Math.log(0.1) + 0.6 * Math.log(0.6) + 0.3 * Math.log(0.3));
        assertThat((double) v.entropy()).isCloseTo(nats, within(1e-6));
    }

    @Test
    void probabilitiesThatANetworkGivesItselfAreTakenAsTheyAre() {
        Verdict v = new Verdict(2, false);
        v.read(FloatBuffer.wrap(new float[] {0.25f, 0.75f}), 0);
        assertThat(v.confidence()).isEqualTo(0.75f);
        assertThat(v.margin()).isEqualTo(0.5f);
    }

    @Test
    void greatScoresDoNotOverflow() {
        Verdict v = new Verdict(2, true);
        v.read(FloatBuffer.wrap(new float[] {3e38f, -3e38f}), 0);
        assertThat(v.answer()).isZero();
        assertThat(v.confidence()).isEqualTo(1);
        assertThat(v.entropy()).isZero();
    }

    @Test
    void aScoreThatIsNoNumberIsRefused() {
        assertThatThrownBy(() -> new Verdict(2, true).read(FloatBuffer.wrap(new float[] {0, Float.NaN}), 0))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("NaN as score of class 1");
    }
}
