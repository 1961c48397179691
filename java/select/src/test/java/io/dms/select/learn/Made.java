package io.dms.select.learn;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Tables made up from a seed. */
final class Made {
    private static final int WARM_UP = 2000;

    private Made() {}

    /**
     * Clouds, one per class, in the unit cube.
     *
     * @param spread of a cloud; centres are about 0.5 apart
     */
    static Dataset clouds(int rows, int features, int classes, double spread, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        java.util.Random normal = new java.util.Random(seed);
        float[][] x = new float[rows][features];
        int[] y = new int[rows];
        for (int i = 0; i < rows; i++) {
            y[i] = random.nextInt(classes);
            for (int f = 0; f < features; f++) {
                double centre = (y[i] >> (f % 2)) % 2 == 0 ? 0.25 : 0.75;
                x[i][f] = (float) (centre + spread * normal.nextGaussian());
            }
        }
        return new Dataset(names(features), x, y, classes);
    }

    static List<String> names(int features) {
        return IntStream.range(0, features).mapToObj(f -> "f" + f).toList();
    }

    /** Bytes that this thread allocates by so many calls once warm. */
    static long allocated(Runnable call, int calls) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < WARM_UP; i++) {
            call.run();
        }
        long best = Long.MAX_VALUE;
        for (int t = 0; t < 3; t++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < calls; i++) {
                call.run();
            }
            best = Math.min(
                    best, threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
        }
        return best;
    }
}
