package io.dms.cli.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts what steady calls allocate on the Java heap, in the thread that calls. */
final class Allocation {
    private static final int BLOCKS = 5;
    private static final int CALLS = 20;

    private Allocation() {}

    /**
     * Bytes per call, calls going round all contestants; null where this JVM does not count. Of several blocks the
     * smallest counts: what the JVM does once (linking a call site) is no part of a steady call.
     */
    static @Nullable Long bytesPerCall(List<Contestant> contestants) {
        if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads)
                || !threads.isThreadAllocatedMemorySupported()) {
            return null;
        }
        threads.setThreadAllocatedMemoryEnabled(true);
        Contestant[] all = contestants.toArray(Contestant[]::new);
        long counting = Long.MAX_VALUE;
        long calling = Long.MAX_VALUE;
        for (int block = 0; block < BLOCKS; block++) {
            counting = Math.min(counting, allocated(threads, all, 0));
            calling = Math.min(calling, allocated(threads, all, CALLS));
        }
        return Math.max(0, calling - counting) / CALLS;
    }

    private static long allocated(ThreadMXBean threads, Contestant[] all, int calls) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < calls; i++) {
            all[i % all.length].call();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
