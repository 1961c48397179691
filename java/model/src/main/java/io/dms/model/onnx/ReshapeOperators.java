package io.dms.model.onnx;

import io.dms.model.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Operators that give the same elements another shape or order. */
final class ReshapeOperators {
    private static final int MOST_ZEROS = 1 << 22;

    private ReshapeOperators() {}

    static void flatten(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        long axis = n.integer("axis", 1);
        Shape s = g.shape(x);
        if (s == null && axis < 0) {
            throw new UnsupportedForm("rank not known");
        }
        if (s != null && axis < 0) {
            axis += s.rank();
        }
        if (axis < 0 || axis > (s == null ? Integer.MAX_VALUE : s.rank())) {
            throw n.error("has axis " + n.integer("axis", 1) + ", which its input does not have");
        }
        if (s != null && s.rank() == 2 && axis == 1) {
            g.alias(n, x);
            return;
        }
        g.emit(n, n.op(), List.of(x), new Attributes().put("axis", axis).map());
    }

    static void reshape(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape from = g.activationShape(n, 0);
        Shape to = n.opset() >= 5 ? target(n, from, g.shapeInput(n, 1)) : from;
        emitReshape(n, g, x, from, to);
    }

    private static void emitReshape(SourceNode n, GraphBuilder g, String x, Shape from, Shape to) {
        if (to.equals(from)) {
            g.alias(n, x);
            return;
        }
        g.emit(
                n,
                "Reshape",
                List.of(x),
                new Attributes().put("shape", to.dims()).map());
    }

    /**
     * The shape that a Reshape leads to. Where the batch is open but the file says 1 in the first place, that 1 is the
     * batch: exporters write it so when they trace a single image.
     */
    private static Shape target(SourceNode n, Shape from, Constant wish) {
        int rank = wish.size();
        if (wish.rank() > 1 || rank > 32) {
            throw n.error("has a target that is no shape: " + wish);
        }
        int[] to = new int[rank];
        int open = -1;
        int batchAt = -1;
        for (int i = 0; i < rank; i++) {
            double v = wish.value(i);
            if (wish.batch(i) != 0) {
                if (wish.batch(i) != 1 || v != 0 || batchAt >= 0) {
                    throw n.error("merges the batch with another axis");
                }
                batchAt = i;
            } else if (v == 0 && n.integer("allowzero", 0) == 0) {
                if (i >= from.rank()) {
                    throw n.error("keeps axis " + i + " of shape " + from + ", which is not there");
                }
                to[i] = from.dim(i);
                batchAt = to[i] == Shape.BATCH ? i : batchAt;
            } else if (v == -1 && open < 0) {
                open = i;
            } else if (v < 0 || v > Integer.MAX_VALUE) {
                throw n.error("reshapes to size " + (long) v + " in axis " + i + ": the file is damaged");
            } else {
                to[i] = (int) v;
            }
        }
        if (from.hasBatch() && batchAt < 0 && rank > 0 && to[0] == 1) {
            batchAt = 0;
        }
        if (batchAt >= 0) {
            to[batchAt] = Shape.BATCH;
        }
        return open < 0 ? Shape.of(to) : close(n, from, to, open, batchAt);
    }

    /** Computes the axis that the file leaves to the number of elements. */
    private static Shape close(SourceNode n, Shape from, int[] to, int open, int batchAt) {
        to[open] = 1;
        long rest = Shape.of(to).elements();
        long all = from.elements();
        boolean takesBatch = from.hasBatch() && batchAt < 0;
        if (rest == 0 || all % rest != 0 || (takesBatch && all != rest)) {
            throw n.error("reshapes " + from + " to " + Shape.of(to) + " with axis " + open
                    + " open, which does not fit" + (takesBatch ? " or merges the batch with another axis" : ""));
        }
        to[open] = takesBatch ? Shape.BATCH : Math.toIntExact(all / rest);
        return Shape.of(to);
    }

    static void squeeze(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape s = g.activationShape(n, 0);
        long[] given = n.opset() < 13 ? n.integers("axes") : g.integers(n, 1);
        int[] axes = given != null
                ? ConstantFolder.axes(n, given, s.rank())
                : IntStream.range(0, s.rank()).filter(i -> s.dim(i) == 1).toArray();
        if (axes.length == 0) {
            g.alias(n, x);
            return;
        }
        Arrays.sort(axes);
        g.emit(n, n.op(), List.of(x), new Attributes().put("axes", axes).map());
    }

    static void unsqueeze(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape s = g.activationShape(n, 0);
        long[] given = n.opset() < 13 ? n.integers("axes") : g.integers(n, 1);
        if (given == null || given.length == 0 || given.length > 32) {
            throw n.error("names no axes: the file is damaged");
        }
        int[] axes = ConstantFolder.axes(n, given, s.rank() + given.length);
        Arrays.sort(axes);
        g.emit(n, n.op(), List.of(x), new Attributes().put("axes", axes).map());
    }

    static void transpose(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape s = g.activationShape(n, 0);
        int rank = s.rank();
        long[] given = n.integers("perm");
        int[] perm = given == null
                ? IntStream.range(0, rank).map(i -> rank - 1 - i).toArray()
                : ConstantFolder.axes(n, given, rank);
        if (Arrays.equals(perm, IntStream.range(0, rank).toArray())) {
            g.alias(n, x);
            return;
        }
        g.emit(n, n.op(), List.of(x), new Attributes().put("perm", perm).map());
    }

    /**
     * Expand repeats along axes of size 1: adding zeros does the same, and mostly the next node broadcasts anyway.
     * Exporters also write it where it changes nothing.
     */
    static void expand(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape s = g.activationShape(n, 0);
        Constant to = g.shapeInput(n, 1);
        if (to.size() > s.rank()) {
            throw new UnsupportedForm("adds axes");
        }
        int[] zeros = new int[s.rank()];
        Arrays.fill(zeros, 1);
        for (int i = 0; i < to.size(); i++) {
            int axis = s.rank() - to.size() + i;
            int have = s.dim(axis);
            boolean batch = to.batch(i) == 1 && to.value(i) == 0;
            boolean same = to.batch(i) == 0 && (to.value(i) == 1 || to.value(i) == have);
            if (have == 1 && to.batch(i) == 0 && to.value(i) > 1 && to.value(i) <= MOST_ZEROS) {
                zeros[axis] = (int) to.value(i);
            } else if (!same && !(batch && have == Shape.BATCH)) {
                throw new UnsupportedForm("repeats the batch");
            }
        }
        long size = Arrays.stream(zeros).asLongStream().reduce(1, Math::multiplyExact);
        if (size > MOST_ZEROS) {
            throw new UnsupportedForm("repeats too much");
        }
        if (size == 1) {
            g.alias(n, x);
            return;
        }
        String name =
                g.initializer(g.freshTensor(n.output() + "_zeros"), Constant.floats(zeros, new float[(int) size]));
        g.emit(n, "Add", List.of(x, name), new Attributes().map());
        g.expansions().put(n.output(), x);
    }

    static void depthToSpace(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        int[] d = image(n, g);
        int b = block(n);
        if (d[1] % ((long) b * b) != 0) {
            throw n.error("spreads " + d[1] + " channels over blocks of " + b);
        }
        int c = d[1] / (b * b);
        boolean crd = n.string("mode", "DCR").equals("CRD");
        int[] apart = crd ? new int[] {d[0], c, b, b, d[2], d[3]} : new int[] {d[0], b, b, c, d[2], d[3]};
        int[] perm = crd ? new int[] {0, 1, 4, 2, 5, 3} : new int[] {0, 3, 4, 1, 5, 2};
        shuffle(n, g, x, apart, perm, new int[] {d[0], c, Math.multiplyExact(d[2], b), Math.multiplyExact(d[3], b)});
    }

    static void spaceToDepth(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        int[] d = image(n, g);
        int b = block(n);
        if (d[2] % b != 0 || d[3] % b != 0) {
            throw n.error("gathers blocks of " + b + " of shape " + Shape.of(d));
        }
        int[] apart = {d[0], d[1], d[2] / b, b, d[3] / b, b};
        int channels = Math.multiplyExact(d[1], Math.multiplyExact(b, b));
        shuffle(n, g, x, apart, new int[] {0, 3, 5, 1, 2, 4}, new int[] {d[0], channels, d[2] / b, d[3] / b});
    }

    private static int block(SourceNode n) {
        long b = n.integer("blocksize", 0);
        if (b < 1 || b > 1024) {
            throw n.error("has blocksize " + b + ": the file is damaged");
        }
        return (int) b;
    }

    private static int[] image(SourceNode n, GraphBuilder g) {
        Shape s = g.activationShape(n, 0);
        if (s.rank() != 4) {
            throw n.error("needs an input of four dimensions but has shape " + s);
        }
        if (s.dim(1) == Shape.BATCH || s.dim(2) == Shape.BATCH || s.dim(3) == Shape.BATCH) {
            throw new UnsupportedForm("batch out of place");
        }
        return s.dims();
    }

    private static void shuffle(SourceNode n, GraphBuilder g, String x, int[] apart, int[] perm, int[] joined) {
        String split = g.emitBefore(
                n, "Reshape", List.of(x), new Attributes().put("shape", apart).map());
        String moved = g.emitBefore(
                n,
                "Transpose",
                List.of(split),
                new Attributes().put("perm", perm).map());
        g.emit(
                n,
                "Reshape",
                List.of(moved),
                new Attributes().put("shape", joined).map());
    }
}
