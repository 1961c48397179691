package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class AheadTest {
    @Test
    void each_thing_is_worked_on_once_however_late_it_comes_and_all_is_done_on_return() {
        for (int n : new int[] {0, 1, 2, 1000}) {
            AtomicIntegerArray times = new AtomicIntegerArray(n);
            int[] plain = new int[n];
            Ahead<Integer> ahead = new Ahead<>(i -> {
                times.incrementAndGet(i);
                plain[i] = i + 1;
            });
            for (int i = 0; i < n; i++) {
                ahead.add(i);
                if (i % 100 == 99) {
                    Thread.yield();
                }
            }
            ahead.finish();
            for (int i = 0; i < n; i++) {
                assertThat(times.get(i)).isEqualTo(1);
                assertThat(plain[i]).isEqualTo(i + 1);
            }
        }
    }

    @Test
    void other_threads_begin_before_the_owner_asks() throws InterruptedException {
        // With one processor the pool has no threads and the owner does all of it.
        Assumptions.assumeTrue(
                Runtime.getRuntime().availableProcessors() > 1 && ForkJoinPool.getCommonPoolParallelism() > 0,
                "there is no thread to help");
        CountDownLatch begun = new CountDownLatch(1);
        Ahead<Integer> ahead = new Ahead<>(i -> begun.countDown());
        ahead.add(1);
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        ahead.finish();
    }

    @Test
    void what_work_throws_is_thrown_at_the_end_and_nothing_runs_afterwards() {
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        Ahead<Integer> ahead = new Ahead<>(i -> {
            begun.incrementAndGet();
            if (i == 3) {
                throw new ModelException("the third");
            }
            ended.incrementAndGet();
        });
        for (int i = 0; i < 100; i++) {
            ahead.add(i);
        }
        assertThatThrownBy(ahead::finish).isInstanceOf(ModelException.class).hasMessageContaining("the third");
        assertThat(begun.get()).isEqualTo(ended.get() + 1);
    }

    @Test
    void the_owner_waits_for_no_thread_of_the_pool_to_become_free() throws InterruptedException {
        int threads = ForkJoinPool.getCommonPoolParallelism();
        CountDownLatch held = new CountDownLatch(threads);
        CountDownLatch free = new CountDownLatch(1);
        for (int i = 0; i < threads; i++) {
            ForkJoinPool.commonPool().execute(() -> {
                held.countDown();
                try {
                    free.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        try {
            // Where the pool has more to do than threads, some of it never begins; nothing hangs on it.
            held.await(1, TimeUnit.SECONDS);
            AtomicInteger done = new AtomicInteger();
            Ahead<Integer> ahead = new Ahead<>(i -> done.incrementAndGet());
            for (int i = 0; i < 10; i++) {
                ahead.add(i);
            }
            ahead.finish();
            assertThat(done.get()).isEqualTo(10);
        } finally {
            free.countDown();
        }
    }
}
