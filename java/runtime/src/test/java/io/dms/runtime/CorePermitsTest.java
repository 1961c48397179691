package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CorePermitsTest {
    @Test
    void neverMoreThreadsThanCores() throws Exception {
        CorePermits permits = new CorePermits(4);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(6);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                int want = 1 + t % 3;
                done.add(pool.submit(() -> {
                    for (int i = 0; i < 200; i++) {
                        int taken = permits.acquire(want);
                        most.accumulateAndGet(running.addAndGet(taken), Math::max);
                        Thread.yield();
                        running.addAndGet(-taken);
                        permits.release(taken);
                    }
                }));
            }
            for (Future<?> f : done) {
                f.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(most.get()).isBetween(1, 4);
        assertThat(permits.free()).isEqualTo(4);
    }

    @Test
    void moreThanThereAreCountsAsAll() {
        CorePermits permits = new CorePermits(2);
        assertThat(permits.acquire(16)).isEqualTo(2);
        permits.release(2);
        assertThat(permits.free()).isEqualTo(2);
    }
}
