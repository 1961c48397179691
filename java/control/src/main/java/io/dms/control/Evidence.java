package io.dms.control;

/**
 * What the last frames took, as many times their profiled time, as logarithms, with no model of how that is distributed:
 * of n values of which each order is as likely, the next one lies above the k-th largest with probability k / (n + 1),
 * whatever they are distributed like. This is the bound of conformal prediction (Vovk, Gammerman and Shafer,
 * <em>Algorithmic Learning in a Random World</em>, Springer 2005, section 2.1); it needs 1 / probability frames at least,
 * and says nothing before.
 *
 * <p>Frames from before a step up are not like those after it. So the evidence counts only while the present estimate of
 * the load is one that the frames of the window have had: not above all but {@value #ABOVE} of them. Frames from before a
 * step down only make it say more than need be, and are out of the shorter of two windows after two seconds or three.
 *
 * <p>Allocates nothing after it was made. Not thread-safe.
 */
final class Evidence {
    private static final int LONG = 256;
    private static final int SHORT = 50;
    private static final double ABOVE = 0.05;

    private final Window all = new Window(LONG);
    private final Window newest = new Window(SHORT);

    /**
     * Another frame.
     *
     * @param z logarithm of measured over profiled, finite
     */
    void add(double z) {
        all.add(z);
        newest.add(z);
    }

    /** What comes will not be like what was. */
    void forget() {
        all.size = 0;
        newest.size = 0;
    }

    /**
     * What the next frame's logarithm exceeds with no more than a probability, as far as frames like it were seen.
     *
     * @param exceedance the probability
     * @param load the present load's logarithm, as estimated
     * @return not below {@code load}; infinite where too few frames like the next one were seen
     */
    double upper(double exceedance, double load) {
        return Math.min(all.upper(exceedance, load), newest.upper(exceedance, load));
    }

    /** The newest frames, by age and by size. */
    private static final class Window {
        private final double[] byAge;
        private final double[] sorted;
        private int size;
        private int next;

        Window(int frames) {
            byAge = new double[frames];
            sorted = new double[frames];
        }

        void add(double z) {
            if (size == sorted.length) {
                int oldest = place(byAge[next]);
                size--;
                System.arraycopy(sorted, oldest + 1, sorted, oldest, size - oldest);
            }
            int at = place(z);
            System.arraycopy(sorted, at, sorted, at + 1, size - at);
            sorted[at] = z;
            size++;
            byAge[next] = z;
            next = (next + 1) % byAge.length;
        }

        /** The first index whose value is not below. */
        private int place(double z) {
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (sorted[middle] < z) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        double upper(double exceedance, double load) {
            boolean alike = load <= rank(ABOVE);
            return alike ? Math.max(load, rank(exceedance)) : Double.POSITIVE_INFINITY;
        }

        /** The largest value but so many that the next one is above it with no more than this probability. */
        private double rank(double exceedance) {
            int k = (int) (exceedance * (size + 1));
            return k < 1 ? Double.POSITIVE_INFINITY : sorted[size - k];
        }
    }
}
