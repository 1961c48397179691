package io.dms.schedule.special;

import io.dms.model.UserException;
import java.util.Arrays;

/**
 * The last answers of a stream, and how much weight their most frequent classes hold. A stream is <em>(n, p)-dominated
 * </em> where its n most frequent classes hold at least a share p (Han et al., "MCDNN", MobiSys 2016, section 5.2.1).
 * Adding an answer allocates nothing. Not thread-safe.
 */
final class SkewWindow {
    private final int[] answers;
    private final int[] counts;
    private final int[] order;
    private int size;
    private int at;

    /**
     * @param classes of the model
     * @param length answers that are kept
     */
    public SkewWindow(int classes, int length) {
        if (classes < 2 || length < 1) {
            throw new UserException(
                    "a window needs at least two classes and one answer: " + classes + " and " + length);
        }
        this.answers = new int[length];
        this.counts = new int[classes];
        this.order = new int[classes];
    }

    /**
     * Adds an answer; the oldest one goes where the window is full.
     *
     * @throws IllegalArgumentException if the model has no such class
     */
    public void add(int answer) {
        if (answer < 0 || answer >= counts.length) {
            throw new IllegalArgumentException("class " + answer + " of " + counts.length);
        }
        if (size == answers.length) {
            counts[answers[at]]--;
        } else {
            size++;
        }
        answers[at] = answer;
        counts[answer]++;
        at = (at + 1) % answers.length;
    }

    /** Forgets everything. */
    public void clear() {
        Arrays.fill(counts, 0);
        size = 0;
        at = 0;
    }

    /** Forgets everything and takes the answers of another window, the oldest first. */
    void become(SkewWindow other) {
        clear();
        for (int i = 0; i < other.size; i++) {
            int from = other.size < other.answers.length ? i : (other.at + i) % other.answers.length;
            add(other.answers[from]);
        }
    }

    /** Answers that it can hold. */
    public int length() {
        return answers.length;
    }

    /** Answers in it. */
    public int size() {
        return size;
    }

    /** How often a class is in it. */
    public int count(int c) {
        return counts[c];
    }

    /** Share of the answers that its n most frequent classes hold; 0 where it is empty. */
    public double share(int n) {
        sort(n);
        int held = 0;
        for (int i = 0; i < Math.min(n, order.length); i++) {
            held += counts[order[i]];
        }
        return size == 0 ? 0 : (double) held / size;
    }

    /** True where the n most frequent classes hold at least this share of a window that is full. */
    public boolean dominated(int n, double share) {
        return size == answers.length && share(n) >= share;
    }

    /** The n most frequent classes, ascending by class; of equal ones the lower class first. */
    public int[] top(int n) {
        sort(n);
        int[] out = Arrays.copyOf(order, Math.min(n, order.length));
        Arrays.sort(out);
        return out;
    }

    /** The classes seen at least so often, ascending. */
    public int[] seen(int least) {
        int n = 0;
        for (int c : counts) {
            n += c >= least ? 1 : 0;
        }
        int[] out = new int[n];
        int i = 0;
        for (int c = 0; c < counts.length; c++) {
            if (counts[c] >= least) {
                out[i++] = c;
            }
        }
        return out;
    }

    /** Brings the n most frequent classes to the front, by selection: n is small. */
    private void sort(int n) {
        for (int c = 0; c < order.length; c++) {
            order[c] = c;
        }
        for (int i = 0; i < Math.min(n, order.length); i++) {
            int best = i;
            for (int j = i + 1; j < order.length; j++) {
                int more = counts[order[j]] - counts[order[best]];
                if (more > 0 || (more == 0 && order[j] < order[best])) {
                    best = j;
                }
            }
            int c = order[best];
            order[best] = order[i];
            order[i] = c;
        }
    }
}
