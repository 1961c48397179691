package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InParallelTest {
    private static List<Integer> upTo(int n) {
        return IntStream.range(0, n).boxed().toList();
    }

    @Test
    void each_thing_is_worked_on_once_and_all_is_done_on_return() {
        for (int n : new int[] {0, 1, 2, 3, 1000}) {
            AtomicIntegerArray times = new AtomicIntegerArray(n);
            int[] plain = new int[n];
            InParallel.each(upTo(n), i -> {
                times.incrementAndGet(i);
                plain[i] = i + 1;
            });
            for (int i = 0; i < n; i++) {
                assertThat(times.get(i)).isEqualTo(1);
                assertThat(plain[i]).isEqualTo(i + 1);
            }
        }
    }

    @Test
    void what_work_throws_is_thrown_here_and_nothing_runs_afterwards() {
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        assertThatThrownBy(() -> InParallel.each(upTo(100), i -> {
                    begun.incrementAndGet();
                    if (i == 3) {
                        throw new ModelException("the third");
                    }
                    ended.incrementAndGet();
                }))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("the third");
        assertThat(begun.get()).isEqualTo(ended.get() + 1);
    }
}
