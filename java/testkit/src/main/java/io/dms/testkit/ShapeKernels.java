package io.dms.testkit;

import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operators that move elements and compute nothing. */
final class ShapeKernels {
    private ShapeKernels() {}

    /** Where an output element comes from: fills {@code from} and returns true, or false where it is padding. */
    private interface Source {
        boolean of(int[] to, int[] from);
    }

    private static Nd gather(Nd x, int[] dims, float padding, Source source) {
        Nd y = Nd.zeros(dims);
        int[] to = new int[dims.length];
        int[] from = new int[x.rank()];
        for (int i = 0; i < y.data.length; i++) {
            y.data[i] = source.of(to, from) ? x.data[place(x, from)] : padding;
            Nd.advance(to, dims);
        }
        return y;
    }

    private static int place(Nd x, int[] index) {
        int place = 0;
        for (int a = 0; a < index.length; a++) {
            place = place * x.dim(a) + index[a];
        }
        return place;
    }

    static Nd concat(Node node, List<Nd> parts) {
        Nd first = parts.get(0);
        int axis = Nd.axis(node.intAttr("axis", 1), first.rank());
        int[] dims = first.dims();
        dims[axis] = 0;
        for (Nd part : parts) {
            int[] d = part.dims();
            int size = d[axis];
            d[axis] = first.dim(axis);
            if (!Arrays.equals(d, first.dims())) {
                throw new ModelException(
                        "node " + node.name() + " (Concat): " + first + " and " + part + " differ beside axis " + axis);
            }
            dims[axis] += size;
        }
        Nd out = Nd.zeros(dims);
        int outer = first.elements(0, axis);
        int place = 0;
        for (int i = 0; i < outer; i++) {
            for (Nd part : parts) {
                int run = part.elements(axis, part.rank());
                System.arraycopy(part.data, i * run, out.data, place, run);
                place += run;
            }
        }
        return out;
    }

    static List<Nd> split(Node node, Nd x) {
        int axis = Nd.axis(node.intAttr("axis", 0), x.rank());
        int[] sizes = node.ints("split");
        if (Arrays.stream(sizes).sum() != x.dim(axis)) {
            throw new ModelException("node " + node.name() + " (Split): sizes " + Arrays.toString(sizes)
                    + " do not add up to axis " + axis + " of " + x);
        }
        List<Nd> out = new ArrayList<>();
        int start = 0;
        for (int size : sizes) {
            int[] dims = x.dims();
            dims[axis] = size;
            int begin = start;
            out.add(gather(x, dims, 0, (to, from) -> {
                System.arraycopy(to, 0, from, 0, to.length);
                from[axis] += begin;
                return true;
            }));
            start += size;
        }
        return out;
    }

    static Nd slice(Node node, Nd x) {
        int[] starts = node.ints("starts");
        int[] ends = node.ints("ends");
        int[] axes = node.ints("axes");
        int[] steps = node.intsOrNull("steps");
        int[] dims = x.dims();
        int[] first = new int[dims.length];
        int[] step = new int[dims.length];
        Arrays.fill(step, 1);
        for (int i = 0; i < axes.length; i++) {
            int axis = axes[i];
            int end = ends[i] == Graph.TO_END ? x.dim(axis) : ends[i];
            first[axis] = starts[i];
            step[axis] = steps == null ? 1 : steps[i];
            if (step[axis] < 1 || starts[i] < 0 || end > x.dim(axis) || starts[i] > end) {
                throw new ModelException("node " + node.name() + " (Slice): start " + starts[i] + ", end " + end
                        + ", step " + step[axis] + " do not fit axis " + axis + " of " + x);
            }
            dims[axis] = (end - starts[i] + step[axis] - 1) / step[axis];
        }
        return gather(x, dims, 0, (to, from) -> {
            for (int a = 0; a < to.length; a++) {
                from[a] = first[a] + to[a] * step[a];
            }
            return true;
        });
    }

    static Nd transpose(Node node, Nd x) {
        int rank = x.rank();
        int[] perm = node.intsOrNull("perm");
        int[] order = new int[rank];
        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = perm == null ? rank - 1 - i : perm[i];
            dims[i] = x.dim(order[i]);
        }
        return gather(x, dims, 0, (to, from) -> {
            for (int a = 0; a < rank; a++) {
                from[order[a]] = to[a];
            }
            return true;
        });
    }

    static Nd pad(Node node, Nd x) {
        int rank = x.rank();
        int[] pads = node.ints("pads");
        String mode = node.stringAttr("mode", "constant");
        int[] dims = new int[rank];
        for (int a = 0; a < rank; a++) {
            dims[a] = x.dim(a) + pads[a] + pads[rank + a];
        }
        return gather(x, dims, node.floatAttr("value", 0), (to, from) -> {
            for (int a = 0; a < rank; a++) {
                int last = x.dim(a) - 1;
                int i = to[a] - pads[a];
                switch (mode) {
                    case "constant" -> {
                        if (i < 0 || i > last) {
                            return false;
                        }
                    }
                    case "edge" -> i = Math.max(0, Math.min(last, i));
                    case "reflect" -> {
                        i = Math.abs(i);
                        i = i > last ? 2 * last - i : i;
                    }
                    default ->
                        throw new ModelException("node " + node.name() + " (Pad): mode " + mode
                                + " is not one of constant, edge, reflect");
                }
                from[a] = i;
            }
            return true;
        });
    }

    /** Sizes 0 are copied from the input, -1 is what is left over. */
    static Nd reshape(Node node, Nd x) {
        int[] dims = node.ints("shape");
        int open = -1;
        int known = 1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 0 && node.intAttr("allowzero", 0) == 0) {
                dims[i] = x.dim(i);
            }
            if (dims[i] == -1) {
                open = i;
            } else {
                known *= dims[i];
            }
        }
        if (open >= 0) {
            dims[open] = x.data.length / known;
        }
        return x.reshape(dims);
    }

    static Nd flatten(Node node, Nd x) {
        int axis = Nd.axis(node.intAttr("axis", 1), x.rank());
        return x.reshape(x.elements(0, axis), x.elements(axis, x.rank()));
    }

    static Nd squeeze(Node node, Nd x) {
        int[] axes = node.intsOrNull("axes");
        List<Integer> dims = new ArrayList<>();
        for (int a = 0; a < x.rank(); a++) {
            int axis = a;
            boolean gone =
                    axes == null ? x.dim(a) == 1 : Arrays.stream(axes).anyMatch(i -> Nd.axis(i, x.rank()) == axis);
            if (!gone) {
                dims.add(x.dim(a));
            }
        }
        return x.reshape(dims.stream().mapToInt(i -> i).toArray());
    }

    static Nd unsqueeze(Node node, Nd x) {
        int[] axes = node.ints("axes");
        int rank = x.rank() + axes.length;
        int[] dims = new int[rank];
        for (int axis : axes) {
            dims[Nd.axis(axis, rank)] = 1;
        }
        int from = 0;
        for (int a = 0; a < rank; a++) {
            dims[a] = dims[a] == 1 ? 1 : x.dim(from++);
        }
        return x.reshape(dims);
    }
}
