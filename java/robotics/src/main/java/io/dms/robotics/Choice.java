package io.dms.robotics;

/**
 * What came of one frame of a {@link SelectingApplication}, which fills the same object anew at each call. Times are
 * nanoseconds.
 */
public final class Choice {
    /** Stands for no answer: the selector refused. */
    public static final int NONE = -1;

    private int answer;
    private double sureness;
    private int runs;
    private int last;
    private int setting;
    private long scheduledNanos;
    private long startNanos;
    private long endNanos;
    private boolean missed;

    Choice() {}

    void set(int answer, double sureness, int runs, int last, int setting) {
        this.answer = answer;
        this.sureness = sureness;
        this.runs = runs;
        this.last = last;
        this.setting = setting;
    }

    void times(long scheduledNanos, long startNanos, long endNanos, boolean missed) {
        this.scheduledNanos = scheduledNanos;
        this.startNanos = startNanos;
        this.endNanos = endNanos;
        this.missed = missed;
    }

    /** The class, or {@link #NONE}. */
    public int answer() {
        return answer;
    }

    /** How likely the answer is right, 0 to 1. */
    public double sureness() {
        return sureness;
    }

    /** How many candidates ran. */
    public int runs() {
        return runs;
    }

    /** The candidate that ran last, an index of the selector's; -1 where none ran. */
    public int last() {
        return last;
    }

    /** The setting of the dial. */
    public int setting() {
        return setting;
    }

    /** From when the frame was due until its answer was there. */
    public long latencyNanos() {
        return endNanos - scheduledNanos;
    }

    /** From the first question to the answer. */
    public long serviceNanos() {
        return endNanos - startNanos;
    }

    /** When the answer was there. */
    public long endNanos() {
        return endNanos;
    }

    /** True where the goal has a latency bound and this frame was over it. */
    public boolean missed() {
        return missed;
    }
}
