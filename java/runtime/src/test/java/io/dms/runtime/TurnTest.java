package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TurnTest {
    private final Turn turn = new Turn("the session of a model");

    @Test
    void a_second_call_is_refused_until_the_first_has_ended() {
        turn.begin();
        assertThatThrownBy(turn::begin)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the session of a model is in use by thread "
                        + Thread.currentThread().getName() + ": ");
        turn.end();
        turn.begin();
        turn.end();
    }
}
