package io.dms.testkit;

import io.dms.model.ModelException;
import io.dms.model.Node;

/** The sliding window of a two-dimensional convolution or pool, index 0 vertical, 1 horizontal. */
record Window(Pair kernel, Pair stride, Pair begin, Pair end, Pair dilation) {
    /** Vertical and horizontal. */
    record Pair(int y, int x) {}

    static Window of(Node node) {
        int[] k = node.ints("kernel_shape");
        int[] s = node.ints("strides");
        int[] p = node.ints("pads");
        int[] d = node.ints("dilations");
        if (k.length != 2 || s.length != 2 || p.length != 4 || d.length != 2) {
            throw new ModelException("node " + node.name() + " (" + node.op()
                    + ") is not two-dimensional: the reference backend runs images only");
        }
        return new Window(
                new Pair(k[0], k[1]),
                new Pair(s[0], s[1]),
                new Pair(p[0], p[1]),
                new Pair(p[2], p[3]),
                new Pair(d[0], d[1]));
    }

    /** Rows of the output of a convolution or pool. */
    int outY(int in, boolean ceil) {
        return out(in, kernel.y, stride.y, begin.y, end.y, dilation.y, ceil);
    }

    /** Columns of the output of a convolution or pool. */
    int outX(int in, boolean ceil) {
        return out(in, kernel.x, stride.x, begin.x, end.x, dilation.x, ceil);
    }

    private static int out(int in, int kernel, int stride, int begin, int end, int dilation, boolean ceil) {
        int room = in + begin + end - ((kernel - 1) * dilation + 1);
        int out = (ceil ? -Math.floorDiv(-room, stride) : Math.floorDiv(room, stride)) + 1;
        // A window that would begin in the padding behind the data is left out.
        return ceil && (out - 1) * stride >= in + begin ? out - 1 : out;
    }
}
