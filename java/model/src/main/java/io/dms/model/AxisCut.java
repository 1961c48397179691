package io.dms.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is kept of one axis: ascending ranges that do not touch. A plain prefix is one range that starts at 0; the axis
 * of a concat's consumer has one range for each segment. Immutable.
 */
public final class AxisCut {
    private final int size;
    private final int[] starts;
    private final int[] lengths;
    private final int kept;

    private AxisCut(int size, int[] starts, int[] lengths) {
        this.size = size;
        this.starts = starts;
        this.lengths = lengths;
        int sum = 0;
        for (int length : lengths) {
            sum += length;
        }
        this.kept = sum;
    }

    /** Everything of an axis of this size. */
    public static AxisCut whole(int size) {
        return new AxisCut(size, size == 0 ? new int[0] : new int[] {0}, size == 0 ? new int[0] : new int[] {size});
    }

    /** The first {@code kept} of {@code size}. */
    public static AxisCut prefix(int size, int kept) {
        return new Builder(size).keep(0, kept).build();
    }

    /** Size of the axis before the cut. */
    public int size() {
        return size;
    }

    /** Size of the axis after the cut. */
    public int kept() {
        return kept;
    }

    /** Number of ranges. */
    public int ranges() {
        return starts.length;
    }

    /** First index of a range, in the axis before the cut. */
    public int start(int range) {
        return starts[range];
    }

    /** Length of a range. */
    public int length(int range) {
        return lengths[range];
    }

    /** True where nothing is cut away. */
    public boolean isWhole() {
        return kept == size;
    }

    /** True where the kept part is one range that starts at 0. */
    public boolean isPrefix() {
        return starts.length == 0 || (starts.length == 1 && starts[0] == 0);
    }

    /** The index, before the cut, of every kept element, ascending. */
    public int[] indices() {
        int[] out = new int[kept];
        int n = 0;
        for (int r = 0; r < starts.length; r++) {
            for (int i = 0; i < lengths[r]; i++) {
                out[n++] = starts[r] + i;
            }
        }
        return out;
    }

    /** How many of the first {@code end} indices are kept. */
    public int keptBefore(int end) {
        int n = 0;
        for (int r = 0; r < starts.length; r++) {
            n += Math.max(0, Math.min(end, starts[r] + lengths[r]) - starts[r]);
        }
        return n;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof AxisCut c
                && size == c.size
                && Arrays.equals(starts, c.starts)
                && Arrays.equals(lengths, c.lengths);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * size + Arrays.hashCode(starts)) + Arrays.hashCode(lengths);
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        for (int r = 0; r < starts.length; r++) {
            parts.add(starts[r] + ".." + (starts[r] + lengths[r]));
        }
        return String.join("+", parts) + "/" + size;
    }

    /** Collects ranges in ascending order and joins those that touch. Not thread-safe. */
    public static final class Builder {
        private final int size;
        private final List<int[]> ranges = new ArrayList<>();

        /** @param size size of the axis before the cut */
        public Builder(int size) {
            this.size = size;
        }

        /**
         * Keeps {@code length} elements from {@code start}.
         *
         * @throws IllegalArgumentException if the range is outside the axis or not behind the one before
         */
        public Builder keep(int start, int length) {
            int end = ranges.isEmpty() ? 0 : ranges.get(ranges.size() - 1)[0] + ranges.get(ranges.size() - 1)[1];
            if (length < 0 || start < end || start > size - length) {
                throw new IllegalArgumentException("range must lie behind the last one and inside the axis: start="
                        + start + " length=" + length + " after=" + end + " size=" + size);
            }
            if (length == 0) {
                return this;
            }
            if (!ranges.isEmpty() && start == end) {
                ranges.get(ranges.size() - 1)[1] += length;
            } else {
                ranges.add(new int[] {start, length});
            }
            return this;
        }

        /** The cut. */
        public AxisCut build() {
            int[] starts = new int[ranges.size()];
            int[] lengths = new int[starts.length];
            for (int i = 0; i < starts.length; i++) {
                starts[i] = ranges.get(i)[0];
                lengths[i] = ranges.get(i)[1];
            }
            return new AxisCut(size, starts, lengths);
        }
    }
}
