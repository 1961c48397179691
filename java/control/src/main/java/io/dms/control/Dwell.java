package io.dms.control;

import java.util.Arrays;

/**
 * When a change of level that need not be may be made. A level that keeps the goal where the present one does not is taken
 * at once; one that is merely better has to be so for some frames in a row, and that number doubles each time that such a
 * change had to be taken back soon although the load was the same (exponential back-off), and halves when a change lasts.
 *
 * <p>And no change for the better is made that could be the second of more than {@value #MOST_CHANGES} between the same two
 * levels in {@value #WINDOW} frames, so that levels never alternate for long: it and its way back must fit. Only where the
 * load has plainly moved since the last change is that left aside: by more than {@value #MOVED} in the logarithm, and by
 * more than three deviations of a frame's noise, from its mean since that change, which must have lasted some frames. A
 * scheduler's spikes and slices are neither: the load they leave behind is the one that was there before.
 *
 * <p>Allocates nothing after it was made.
 */
final class Dwell {
    static final int WINDOW = 100;
    static final int MOST_CHANGES = 3;
    private static final int FIRST = 3;
    private static final int MOST = 768;
    private static final int SOON = 120;
    private static final int LASTS = 400;
    private static final double SAME_LOAD = 0.03;
    private static final double MOVED = 0.18;
    private static final double MOVED_DEVIATIONS = 3;
    private static final int STAYED = 12;
    private static final int STAY_FRAMES = 30;
    private static final int GRACE = 20;
    private static final long NEVER = Long.MIN_VALUE / 2;

    private final int levels;
    /** When two levels were last exchanged for each other, and when before that, [pair]. */
    private final long[] latest;

    private final long[] before;
    private long anyLatest = NEVER;
    private long anyBefore = NEVER;

    private long frame;
    private double load;
    private double noise;
    /** When the load was last found to have moved and a better level was taken. */
    private long moved = NEVER;
    /** The load's mean since the last change, the newest frames weighing more. */
    private double stay;

    private int needed = FIRST;
    private int inRow;
    private boolean trying;
    private long tried = NEVER;
    private double loadThen;

    Dwell(int levels) {
        this.levels = levels;
        latest = new long[levels * levels];
        before = new long[levels * levels];
        Arrays.fill(latest, NEVER);
        Arrays.fill(before, NEVER);
    }

    private int pair(int a, int b) {
        return Math.min(a, b) * levels + Math.max(a, b);
    }

    /**
     * Another frame.
     *
     * @param loadNow logarithm of how much slower everything is
     * @param noiseNow deviation of one frame's noise, as a logarithm
     */
    void next(double loadNow, double noiseNow) {
        frame++;
        load = loadNow;
        noise = noiseNow;
        long since = Math.min(frame - anyLatest, STAY_FRAMES);
        stay = since <= 1 ? load : stay + (load - stay) / since;
        if (trying && frame - tried >= LASTS) {
            trying = false;
            needed = Math.max(FIRST, needed / 2);
        }
    }

    /** The load has plainly moved since the last change, or had just before and these two levels were not exchanged since. */
    private boolean moved(int pair) {
        return moved() || (frame - moved < GRACE && latest[pair] < moved);
    }

    private boolean moved() {
        return frame - anyLatest >= STAYED && Math.abs(load - stay) > Math.max(MOVED, MOVED_DEVIATIONS * noise);
    }

    /** True where a narrower level may be taken for a frame or two, for fear that a late frame was the first of many. */
    boolean mayLend() {
        return frame - anyBefore >= WINDOW || moved();
    }

    /** True where one of two levels may be left for the other, and that be taken back at the next frame. */
    boolean mayChange(int from, int to) {
        int p = pair(from, to);
        return frame - before[p] >= WINDOW || moved(p);
    }

    /** A better level than the present one is there; true where it may be taken now. */
    boolean better(int from, int to) {
        inRow++;
        if (inRow < (moved(pair(from, to)) ? FIRST : needed) || !mayChange(from, to)) {
            return false;
        }
        if (moved()) {
            moved = frame;
        }
        inRow = 0;
        tried = frame;
        loadThen = load;
        trying = true;
        return true;
    }

    /** The present level is the best. */
    void same() {
        inRow = 0;
    }

    /** The present level no longer keeps the goal, and is left. */
    void forced() {
        inRow = 0;
        if (trying && frame - tried < SOON && Math.abs(load - loadThen) < SAME_LOAD) {
            needed = Math.min(2 * needed, MOST);
        }
        trying = false;
    }

    /** The level was changed for this frame. */
    void changed(int from, int to) {
        int p = pair(from, to);
        before[p] = latest[p];
        latest[p] = frame;
        anyBefore = anyLatest;
        anyLatest = frame;
    }

    /** The last change was made for something that was told and not so: it and those before it do not count. */
    void forget() {
        Arrays.fill(latest, NEVER);
        Arrays.fill(before, NEVER);
        anyBefore = NEVER;
    }

    @Override
    public String toString() {
        return "needs " + needed + ", has " + inRow;
    }
}
