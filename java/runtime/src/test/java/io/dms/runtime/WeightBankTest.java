package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WeightBankTest {
    /** A plan reads the weights that its text names, each letter one of ten bytes. */
    private record Plan(String weights, List<Long> bound) {
        Plan(String weights) {
            this(weights, new ArrayList<>());
        }
    }

    /** Counts what is stored; refuses one weight. */
    private static final class Shelf implements WeightBank.Memory<Plan> {
        private int open;
        private int made;
        private @Nullable Character refused;

        @Override
        public int count(Plan plan) {
            return plan.weights.length();
        }

        @Override
        public Object key(Plan plan, int i) {
            return plan.weights.charAt(i);
        }

        @Override
        public long bytes(Plan plan, int i) {
            return 10;
        }

        @Override
        public WeightBank.Block store(Plan plan, int i) {
            Character c = plan.weights.charAt(i);
            if (c.equals(refused)) {
                throw new IllegalStateException("no room");
            }
            open++;
            made++;
            return new WeightBank.Block() {
                @Override
                public long address() {
                    return c;
                }

                @Override
                public void close() {
                    open--;
                }
            };
        }

        @Override
        public void bind(Plan plan, int i, long address) {
            plan.bound.add(address);
        }
    }

    private final Shelf shelf = new Shelf();

    @Test
    void weightsThatPlansHaveInCommonAreStoredOnce() {
        Plan wide = new Plan("abc");
        Plan narrow = new Plan("abd");
        try (WeightBank<Plan> bank = new WeightBank<>(shelf, Long.MAX_VALUE)) {
            bank.load(wide);
            bank.load(narrow);
            assertThat(bank.bytes()).isEqualTo(40);
            assertThat(shelf.made).isEqualTo(4);
            assertThat(narrow.bound).containsExactly((long) 'a', (long) 'b', (long) 'd');
            bank.forget(wide);
            assertThat(bank.bytes()).isEqualTo(30);
            assertThat(shelf.open).isEqualTo(3);
        }
        assertThat(shelf.open).isZero();
    }

    @Test
    void aWeightThatAPlanReadsTwiceIsHeldOnceAndGivenUpOnce() {
        Plan twice = new Plan("aa");
        try (WeightBank<Plan> bank = new WeightBank<>(shelf, Long.MAX_VALUE)) {
            bank.load(twice);
            assertThat(bank.bytes()).isEqualTo(10);
            bank.forget(twice);
            assertThat(bank.bytes()).isZero();
            assertThat(shelf.open).isZero();
        }
    }

    @Test
    void aWeightThatOnePlanReadsTwiceStaysForAnotherOneThatReadsIt() {
        Plan twice = new Plan("aa");
        Plan once = new Plan("ab");
        try (WeightBank<Plan> bank = new WeightBank<>(shelf, Long.MAX_VALUE)) {
            bank.load(twice);
            bank.load(once);
            bank.forget(twice);
            assertThat(shelf.open).isEqualTo(2);
            assertThat(bank.bytes()).isEqualTo(20);
        }
        assertThat(shelf.open).isZero();
    }

    @Test
    void weightsBehindTheOneThatThereIsNoRoomForAreGivenUpWithTheirPlan() {
        Plan here = new Plan("ab");
        shelf.refused = 'd';
        try (WeightBank<Plan> bank = new WeightBank<>(shelf, Long.MAX_VALUE)) {
            bank.load(here);
            assertThatThrownBy(() -> bank.load(new Plan("dab"))).hasMessage("no room");
            bank.forget(here);
            assertThat(shelf.open).isZero();
            assertThat(bank.bytes()).isZero();
        }
    }

    @Test
    void overTheBudgetThePlanThatRanLongestAgoGoesAndWhatTheNewOneReadsStays() {
        Plan first = new Plan("ax");
        Plan second = new Plan("by");
        Plan third = new Plan("xz");
        try (WeightBank<Plan> bank = new WeightBank<>(shelf, 40)) {
            bank.load(first);
            bank.load(second);
            bank.load(first);
            bank.load(third);
            // The second one was dropped; x was not stored anew.
            assertThat(bank.bytes()).isEqualTo(30);
            assertThat(shelf.made).isEqualTo(5);
            bank.load(second);
            assertThat(bank.bytes()).isLessThanOrEqualTo(40);
            assertThat(shelf.made).isEqualTo(7);
        }
    }

    @Test
    void aPlanThatAloneExceedsTheBudgetIsKept() {
        try (WeightBank<Plan> bank = new WeightBank<>(shelf, 5)) {
            bank.load(new Plan("abc"));
            assertThat(bank.bytes()).isEqualTo(30);
        }
    }

    @Test
    void aPlanForWhichThereIsNoRoomLeavesNothingBehind() {
        Plan here = new Plan("ab");
        Plan fails = new Plan("acd");
        shelf.refused = 'd';
        try (WeightBank<Plan> bank = new WeightBank<>(shelf, Long.MAX_VALUE)) {
            bank.load(here);
            assertThatThrownBy(() -> bank.load(fails)).hasMessage("no room");
            assertThat(bank.bytes()).isEqualTo(20);
            assertThat(shelf.open).isEqualTo(2);
            shelf.refused = null;
            bank.load(fails);
            assertThat(bank.bytes()).isEqualTo(40);
            bank.forget(here);
            assertThat(bank.bytes()).isEqualTo(30);
        }
    }

    @Test
    void aPlanThatIsHereCostsNoAllocation() {
        Plan plan = new Plan("abc");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (WeightBank<Plan> bank = new WeightBank<>(shelf, Long.MAX_VALUE)) {
            bank.load(plan);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 5; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1000; i++) {
                    bank.load(plan);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isLessThan(1000);
        }
    }
}
