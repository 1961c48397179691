package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.model.EnvironmentException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanMemoryTest {
    private static final Path STATM = Path.of("/proc/self/statm");

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

    /** Closed plans are held here, so that no collector may free them in the place of {@code close}. */
    @Test
    void whatWasClosedIsTheSystemsAgainAtOnce() throws IOException {
        assumeTrue(Files.exists(STATM), "this system does not tell what memory is resident");
        int size = 16 << 20;
        List<PlanMemory> closed = new ArrayList<>();
        long before = residentPages();
        for (int i = 0; i < 16; i++) {
            PlanMemory plan = PlanMemory.allocate(size);
            ByteBuffer bytes = plan.writable();
            for (int at = 0; at < size; at += 4096) {
                bytes.put(at, (byte) 1);
            }
            plan.close();
            closed.add(plan);
        }
        assertThat(residentPages() - before).as("pages of 4 KiB").isLessThan(8L * size / 4096);
        assertThat(closed).allSatisfy(p -> assertThatThrownBy(p::bytes).isInstanceOf(IllegalStateException.class));
    }

    private static long residentPages() throws IOException {
        return Long.parseLong(Files.readString(STATM).split(" ", -1)[1]);
    }
}
