package io.dms.backend.cudnn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one way to compute a convolution reads and writes: channels last the legacy interface wants images without gaps, so that
 * a range of channels is copied before it and behind it; plans of the graph interface take either.
 *
 * @param x the image that is read
 * @param gathered makes it, where it is a copy
 * @param y the image that the convolution writes
 * @param result where the result is due; another than {@code y} where it has to be brought there
 * @param written stands for {@code y} as a copy without gaps of the result; null where it is none
 */
record Route(View x, DenseCopy.@Nullable Use gathered, View y, View result, DenseCopy.@Nullable Use written) {
    /** Both in place. */
    static Route direct(View x, View y) {
        return new Route(x, null, y, y, null);
    }

    /**
     * Routes of a convolution, the one without gaps first, all in place last.
     *
     * @param input the value that lies at {@code x}
     * @param output the value that will lie at {@code y}
     */
    static List<Route> all(PlanBuilder b, int input, View x, int output, View y) {
        DenseCopy.Use gathered = x.nhwc() && !x.isDense() ? b.dense(input, x).use() : null;
        DenseCopy there = y.nhwc() && !y.isDense() ? b.dense(output, y) : null;
        List<Route> all = new ArrayList<>();
        for (boolean copyY : new boolean[] {true, false}) {
            for (boolean copyX : new boolean[] {true, false}) {
                if ((copyX && gathered == null) || (copyY && there == null)) {
                    continue;
                }
                View read = copyX ? b.dense(input, x).to() : x;
                View write = copyY && there != null ? there.to() : y;
                DenseCopy.Use use = copyY && there != null ? there.use() : null;
                all.add(new Route(read, copyX ? gathered : null, write, y, use));
            }
        }
        return all;
    }

    /** Bytes of the smallest image that is a range channels last; the most there are where none is. */
    long leastRange() {
        long least = Long.MAX_VALUE;
        for (View v : new View[] {x, y}) {
            least = v.nhwc() && !v.isDense() ? Math.min(least, v.bytes()) : least;
        }
        return least;
    }

    boolean copiesResult() {
        return !y.equals(result);
    }

    /** Makes what is read. */
    void gather() {
        if (gathered != null) {
            gathered.run();
        }
    }

    /** Bytes that are no operand of the convolution, but written on the way. */
    List<View> scratch() {
        List<View> all = new ArrayList<>();
        if (gathered != null) {
            all.add(x);
        }
        if (copiesResult()) {
            all.add(y);
        }
        return all;
    }
}
