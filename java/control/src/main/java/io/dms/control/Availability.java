package io.dms.control;

/**
 * Which levels may be chosen: those between the bounds that a coordinator gave, less those whose calls threw. A level
 * whose call threw is left out for 100 frames, then tried once; each time that it throws again it is left out twice as
 * long, up to some 100 000 frames. One that works again is as good as new.
 */
final class Availability {
    private static final long FIRST = 100;
    private static final int MOST_DOUBLINGS = 10;

    private final long[] outUntil;
    private final int[] failures;
    private long frame;
    private int widest;
    private int narrowest;

    Availability(int levels) {
        outUntil = new long[levels];
        failures = new int[levels];
        narrowest = levels - 1;
    }

    void bound(int widest, int narrowest) {
        int last = outUntil.length - 1;
        this.widest = Math.min(Math.max(widest, 0), last);
        this.narrowest = Math.min(Math.max(narrowest, this.widest), last);
    }

    /** Another frame is to be served. */
    void next() {
        frame++;
    }

    void worked(int level) {
        failures[level] = 0;
    }

    void failed(int level) {
        outUntil[level] = frame + (FIRST << Math.min(failures[level], MOST_DOUBLINGS));
        failures[level]++;
    }

    boolean isOut(int level) {
        return outUntil[level] > frame;
    }

    boolean may(int level) {
        return level >= widest && level <= narrowest && !isOut(level);
    }

    int widest() {
        return widest;
    }

    int narrowest() {
        return narrowest;
    }

    /**
     * The nearest level that may be chosen, a narrower one before a wider one; where all between the bounds threw, any
     * that did not; where all threw, the one that did longest ago.
     */
    int nearest(int level) {
        int from = Math.min(Math.max(level, widest), narrowest);
        for (int i = from; i <= narrowest; i++) {
            if (may(i)) {
                return i;
            }
        }
        for (int i = from; i >= widest; i--) {
            if (may(i)) {
                return i;
            }
        }
        for (int i = outUntil.length - 1; i >= 0; i--) {
            if (!isOut(i)) {
                return i;
            }
        }
        int best = from;
        for (int i = 0; i < outUntil.length; i++) {
            if (outUntil[i] < outUntil[best]) {
                best = i;
            }
        }
        return best;
    }
}
