package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InTurnsTest {
    private static final int AHEAD = Math.min(4, Runtime.getRuntime().availableProcessors());

    @Test
    void resultsComeInOrderWhateverIsReadyFirst() {
        CountDownLatch last = new CountDownLatch(AHEAD > 1 ? 1 : 0);
        List<Integer> all = IntStream.range(0, 40).boxed().toList();
        assertThat(InTurns.map(all, i -> {
                    try {
                        if (i == 0) {
                            // The first has to wait for the second.
                            assertThat(last.await(30, TimeUnit.SECONDS)).isTrue();
                        }
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    last.countDown();
                    return i * i;
                }))
                .isEqualTo(all.stream().map(i -> i * i).toList());
    }

    @Test
    void noMoreIsReadThanMayWait() throws InterruptedException {
        AtomicInteger begun = new AtomicInteger();
        Supplier<Integer> work = begun::incrementAndGet;
        try (InTurns<Integer> turns = new InTurns<>(Collections.nCopies(30, work))) {
            for (int taken = 0; taken < 30; taken++) {
                assertThat(begun.get()).isLessThanOrEqualTo(taken + AHEAD);
                turns.next();
            }
            assertThatThrownBy(turns::next).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThat(begun.get()).isEqualTo(30);
    }

    @Test
    void whatFailsFailsInItsTurnAndTheNextGoesOn() {
        Supplier<Integer> fails = () -> {
            throw new IllegalArgumentException("no plan");
        };
        List<Supplier<Integer>> work = new ArrayList<>(Collections.nCopies(9, fails)); // more than are begun at a time
        work.add(0, () -> 1);
        work.add(() -> 3);
        try (InTurns<Integer> turns = new InTurns<>(work)) {
            assertThat(turns.next()).isEqualTo(1);
            for (int i = 0; i < 9; i++) {
                assertThatThrownBy(turns::next).hasMessage("no plan");
            }
            assertThat(turns.next()).isEqualTo(3);
        }
    }

    @Test
    void whatWasBegunAndNotTakenIsHandedOverToBeFreed() {
        AtomicInteger begun = new AtomicInteger();
        Supplier<Integer> work = begun::incrementAndGet;
        try (InTurns<Integer> turns = new InTurns<>(Collections.nCopies(9, work))) {
            int first = turns.next();
            List<Integer> rest = turns.rest();
            assertThat(rest).hasSize(begun.get() - 1).doesNotContain(first);
            assertThat(turns.rest()).isEmpty();
        }
    }

    @Test
    void anInterruptCutsNothingShortAndStays() {
        Thread.currentThread().interrupt();
        assertThat(InTurns.map(List.of(1, 2, 3), i -> i + 1)).containsExactly(2, 3, 4);
        assertThat(Thread.interrupted()).isTrue();
    }
}
