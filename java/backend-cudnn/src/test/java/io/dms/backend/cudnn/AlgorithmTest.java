package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AlgorithmTest {
    private static final long LIMIT = 1000;

    private static Algorithm of(int id, int math, long workspace, boolean deterministic) {
        return new Algorithm(id, math, workspace, deterministic, id);
    }

    @Test
    void whereNothingMayBeRoundedTheScratchMemoryOfTheRoundingKindIsNotBelieved() {
        Algorithm[] found = {
            of(1, Dnn.DEFAULT_MATH, 68, true), of(7, Dnn.TENSOR_OP_MATH, 0, true), of(1, Dnn.FMA_MATH, 132, true)
        };
        assertThat(Algorithm.best(found, true, LIMIT)).isEqualTo(found[2]);
        assertThat(Algorithm.best(found, false, LIMIT)).isEqualTo(found[0]);
    }

    @Test
    void anExactOneThatVariesGoesBeforeADefaultThatDoesNot() {
        Algorithm[] found = {of(1, Dnn.DEFAULT_MATH, 68, true), of(0, Dnn.FMA_MATH, 0, false)};
        assertThat(Algorithm.best(found, true, LIMIT)).isEqualTo(found[1]);
    }

    @Test
    void aLibraryThatCallsNothingExactHasItsDefaultRunWithoutRounding() {
        Algorithm[] found = {of(1, Dnn.DEFAULT_MATH, LIMIT + 1, true), of(6, Dnn.DEFAULT_MATH, 52, true)};
        assertThat(Algorithm.best(found, true, LIMIT)).isEqualTo(of(6, Dnn.FMA_MATH, 52, true));
        assertThat(Algorithm.best(new Algorithm[] {of(1, Dnn.TENSOR_OP_MATH, 0, true)}, true, LIMIT))
                .isNull();
    }

    @Test
    void oneThatGivesTheSameBitsEachTimeGoesFirst() {
        Algorithm[] found = {of(3, Dnn.DEFAULT_MATH, 0, false), of(1, Dnn.DEFAULT_MATH, 0, true)};
        assertThat(Algorithm.best(found, false, LIMIT)).isEqualTo(found[1]);
        assertThat(Algorithm.best(new Algorithm[] {found[0]}, false, LIMIT)).isEqualTo(found[0]);
        assertThat(Algorithm.best(new Algorithm[0], false, LIMIT)).isNull();
    }
}
