package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.EnvironmentException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PlanMemoryTest {
    @Test
    void whatWasReadIsFreedWhenItIsClosedAndOnce() {
        long before = PlanMemory.openBytes();
        PlanMemory plan = PlanMemory.allocate(1000);
        plan.writable().put(999, (byte) 7);
        assertThat(plan.bytes().isDirect()).isTrue();
        assertThat(plan.bytes().isReadOnly()).isTrue();
        assertThat(plan.bytes().remaining()).isEqualTo(1000);
        assertThat(plan.bytes().get(999)).isEqualTo((byte) 7);
        assertThat(PlanMemory.openBytes()).isEqualTo(before + 1000);
        plan.close();
        plan.close();
        assertThat(PlanMemory.openBytes()).isEqualTo(before);
        assertThatThrownBy(plan::bytes).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anEmptyPlanIsOne() {
        try (PlanMemory plan = PlanMemory.allocate(0)) {
            assertThat(plan.bytes().hasRemaining()).isFalse();
        }
    }

    @Test
    void whatABuilderLeftIsSeenAndNotFreed() {
        long before = PlanMemory.openBytes();
        ByteBuffer built = ByteBuffer.allocateDirect(8);
        try (PlanMemory plan = PlanMemory.of(built)) {
            assertThat(plan.bytes()).isEqualTo(built);
            assertThat(PlanMemory.openBytes()).isEqualTo(before);
        }
        assertThat(built.get(0)).isZero();
    }

    @Test
    void aSizeThatIsNoneIsNotTakenForALackOfMemory() {
        assertThatThrownBy(() -> PlanMemory.allocate(-1)).isNotInstanceOf(EnvironmentException.class);
    }
}
