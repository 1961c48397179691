package io.dms.control;

/**
 * When a change of level that need not be may be made. A level that keeps the goal where the present one does not is taken
 * at once; one that is merely better has to be so for some frames in a row, and that number doubles each time that such a
 * change had to be taken back soon although the load was the same (exponential back-off), and halves when a change lasts.
 * In all, no change of choice is made that could be the second of more than {@value #MOST_CHANGES} in {@value #WINDOW}
 * frames, except shortly after a step of the load and where the load has moved: so levels never alternate for long. Allocates nothing.
 */
final class Dwell {
    private static final int FIRST = 3;
    private static final int MOST = 768;
    private static final int SOON = 120;
    private static final int LASTS = 400;
    static final int WINDOW = 100;
    static final int MOST_CHANGES = 3;
    private static final int AFTER_STEP = 20;
    private static final double SAME_LOAD = 0.03;
    private static final double OTHER_LOAD = 0.06;

    private final boolean[] changedAt = new boolean[WINDOW];
    private int changes;
    private int needed = FIRST;
    private int inRow;
    private long frame;
    private long tried = Long.MIN_VALUE / 2;
    private double loadThen;
    private double loadAtChange;
    private boolean trying;
    private long steps;
    private long stepped = Long.MIN_VALUE / 2;

    /** Another frame, with the steps of the load so far. */
    void next(long stepsSoFar) {
        frame++;
        int i = (int) (frame % WINDOW);
        changes -= changedAt[i] ? 1 : 0;
        changedAt[i] = false;
        if (stepsSoFar != steps) {
            steps = stepsSoFar;
            stepped = frame;
            needed = FIRST;
        }
        if (trying && frame - tried >= LASTS) {
            trying = false;
            needed = Math.max(FIRST, needed / 2);
        }
    }

    /** True where a change and its way back are still allowed. */
    boolean mayChange(double load) {
        return changes + 2 <= MOST_CHANGES
                || frame - stepped < AFTER_STEP
                || Math.abs(load - loadAtChange) > OTHER_LOAD;
    }

    /** A better level is there; true where it may be taken now. */
    boolean better(double load) {
        inRow++;
        if (inRow < needed || !mayChange(load)) {
            return false;
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
    void forced(double load) {
        inRow = 0;
        if (trying && frame - tried < SOON && Math.abs(load - loadThen) < SAME_LOAD) {
            needed = Math.min(2 * needed, MOST);
        }
        trying = false;
    }

    /** The level was changed for this frame. */
    void changed(double load) {
        loadAtChange = load;
        int i = (int) (frame % WINDOW);
        if (!changedAt[i]) {
            changedAt[i] = true;
            changes++;
        }
    }

    @Override
    public String toString() {
        return "needs " + needed + ", has " + inRow + ", changes " + changes;
    }
}
