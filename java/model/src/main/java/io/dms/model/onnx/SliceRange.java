package io.dms.model.onnx;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What Slice takes of one axis: {@code count} elements from {@code start}, {@code step} apart (negative: backwards).
 *
 * @param start first element, inside the axis
 * @param count number of elements
 * @param step distance, not 0
 */
record SliceRange(int start, int count, int step) {
    /**
     * Reads the ranges of all axes, from attributes (before opset 10) or inputs.
     *
     * @param dims sizes of the axes
     * @param input the elements of a constant input, null where it is left out
     */
    static SliceRange[] of(SourceNode n, int[] dims, IntFunction<long @Nullable []> input) {
        boolean inputs = n.opset() >= 10;
        long[] starts = inputs ? input.apply(1) : n.integers("starts");
        long[] ends = inputs ? input.apply(2) : n.integers("ends");
        long[] axes = inputs ? input.apply(3) : n.integers("axes");
        long[] steps = inputs ? input.apply(4) : null;
        SliceRange[] out = new SliceRange[dims.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = new SliceRange(0, dims[i], 1);
        }
        if (starts == null || ends == null) {
            throw n.error("has no starts or ends: the file is damaged");
        }
        if (starts.length != ends.length
                || starts.length > dims.length
                || (axes != null && axes.length != starts.length)
                || (steps != null && steps.length != starts.length)) {
            throw n.error("has starts, ends, axes and steps of different lengths: the file is damaged");
        }
        int[] at = new int[starts.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = i;
        }
        at = axes == null ? at : ConstantFolder.axes(n, axes, dims.length);
        for (int i = 0; i < starts.length; i++) {
            out[at[i]] = range(n, dims[at[i]], starts[i], ends[i], steps == null ? 1 : steps[i]);
        }
        return out;
    }

    private static SliceRange range(SourceNode n, int size, long start, long end, long step) {
        if (step == 0) {
            throw n.error("has a step of 0: the file is damaged");
        }
        long from = start < 0 ? start + size : start;
        long to = end < 0 ? end + size : end;
        if (step > 0) {
            from = Math.max(0, Math.min(from, size));
            to = Math.max(0, Math.min(to, size));
        } else {
            from = Math.max(0, Math.min(from, size - 1L));
            to = Math.max(-1, Math.min(to, size - 1L));
        }
        long by = Math.max(-Integer.MAX_VALUE, Math.min(step, Integer.MAX_VALUE));
        long count = by > 0 ? (to - from + by - 1) / by : (from - to - by - 1) / -by;
        if (count <= 0 || size == 0) {
            return new SliceRange(0, 0, 1);
        }
        return new SliceRange((int) from, (int) count, count == 1 ? 1 : (int) by);
    }

    /** True where the whole axis is taken, in its order. */
    boolean whole(int size) {
        return start == 0 && step == 1 && count == size;
    }
}
