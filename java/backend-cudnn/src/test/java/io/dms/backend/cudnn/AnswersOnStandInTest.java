package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The stand-in answers as the real cuDNN does, sound calls and others, where no device is needed. */
class AnswersOnStandInTest {
    @BeforeEach
    void load() {
        StandIn.require();
        StandIn.reset();
    }

    @Test
    void descriptorsAreTakenAndRefusedAsByTheRealLibrary() {
        assertThat(Answers.differences(Answers.descriptors(), DescriptorCalls.ask(Answers.SEED)))
                .isEmpty();
    }

    @Test
    void theGraphInterfaceTakesAndRefusesWhatTheRealOneDoes() {
        assertThat(Answers.differences(Answers.graph(), GraphCalls.ask(Answers.SEED)))
                .isEmpty();
    }

    @Test
    void cublasLtTakesAndRefusesWhatTheRealOneDoes() {
        assertThat(Answers.differences(Answers.matmuls(), MatmulCalls.ask())).isEmpty();
    }

    @Test
    void theCallsLeaveNoDescriptorBehind() {
        long before = StandIn.get("live_descriptors");
        DescriptorCalls.ask(2);
        GraphCalls.ask(2);
        MatmulCalls.ask();
        assertThat(StandIn.get("live_descriptors")).isEqualTo(before);
    }
}
