package io.dms.model;

/**
 * How operators that move, join, cut or reduce tensors carry channels, as rules of {@link GroupAnalysis}. False where
 * there is no rule.
 */
final class MovementRules {
    private final TrackedAxes tracked;

    MovementRules(TrackedAxes tracked) {
        this.tracked = tracked;
    }

    boolean sameUnlessResized(Node node) {
        Integer axis = tracked.axis(node.input(0));
        if (axis == null) {
            return true;
        }
        if (tracked.graph.shape(node.input(0)).dim(axis)
                != tracked.graph.shape(node.output()).dim(axis)) {
            return false;
        }
        int[] pads = node.intsOrNull("pads");
        if (pads != null && pads[axis] != 0) { // what is put before is taken behind: as many channels, and others
            return false;
        }
        return tracked.same(node);
    }

    boolean reduce(Node node) {
        Integer axis = tracked.axis(node.input(0));
        int[] axes = node.intsOrNull("axes");
        if (axis == null) {
            return true;
        }
        if (axes == null) {
            return false;
        }
        int below = 0;
        int rank = tracked.graph.shape(node.input(0)).rank();
        for (int listed : axes) {
            int a = listed < 0 ? listed + rank : listed;
            if (a == axis) {
                tracked.freeze(node.input(0), TrackedAxes.at(node) + " works across channels");
                return true;
            }
            below += a < axis ? 1 : 0;
        }
        int out = node.intAttr("keepdims", 1) != 0 ? axis : axis - below;
        tracked.track(node.output(), out);
        tracked.tieAll(node.input(0), axis, node.output(), out);
        return true;
    }

    boolean transpose(Node node) {
        Integer axis = tracked.axis(node.input(0));
        if (axis == null) {
            return true;
        }
        int[] perm = node.ints("perm");
        for (int i = 0; i < perm.length; i++) {
            if (perm[i] == axis) {
                tracked.track(node.output(), i);
                if (tracked.axis(node.output()) == null) {
                    return false;
                }
                tracked.tieAll(node.input(0), axis, node.output(), i);
            }
        }
        return true;
    }

    /** The channel axis survives where it stays a dimension of its own or is joined with what lies behind it. */
    boolean reshape(Node node) {
        Integer axis = tracked.axis(node.input(0));
        if (axis == null) {
            return true;
        }
        Shape in = tracked.graph.shape(node.input(0));
        Shape out = tracked.graph.shape(node.output());
        int channels = in.dim(axis);
        long before = in.elements(0, axis);
        boolean batchBefore = hasBatch(in, axis);
        for (int b = 0; b < out.rank(); b++) {
            int size = out.dim(b);
            if (out.elements(0, b) != before || hasBatch(out, b) != batchBefore || size < channels) {
                continue;
            }
            if (size % channels != 0 || size == Shape.BATCH) {
                continue;
            }
            int unit = size / channels;
            if (in.elements(axis + 1, in.rank()) % unit != 0) {
                continue;
            }
            tracked.track(node.output(), b);
            for (int c = 0; c < channels; c++) {
                for (int u = 0; u < unit; u++) {
                    tracked.classes.tie(node.input(0), axis, c, node.output(), b, c * unit + u);
                }
            }
            return true;
        }
        tracked.freeze(node.input(0), TrackedAxes.at(node) + " mixes channels with other dimensions");
        return true;
    }

    private static boolean hasBatch(Shape shape, int end) {
        for (int i = 0; i < end; i++) {
            if (shape.dim(i) == Shape.BATCH) {
                return true;
            }
        }
        return false;
    }

    boolean concat(Node node) {
        Shape out = tracked.graph.shape(node.output());
        int along = node.intAttr("axis", 1);
        boolean any = false;
        for (String in : node.inputs()) {
            Integer axis = tracked.axis(in);
            if (axis != null) {
                any = true;
                if (axis != along) {
                    return concatElsewhere(node, axis);
                }
            }
        }
        if (!any) {
            return true;
        }
        tracked.track(node.output(), along);
        if (tracked.axis(node.output()) == null) {
            return false;
        }
        int offset = 0;
        for (String in : node.inputs()) {
            int size = tracked.graph.shape(in).dim(along);
            if (tracked.activation(in) && tracked.axis(in) == null) {
                tracked.classes.freeze(
                        node.output(), along, offset, size, "not tracked before " + TrackedAxes.at(node));
            } else {
                if (!tracked.activation(in)) {
                    tracked.weightAxis(in, along);
                }
                tracked.classes.tieRange(in, along, 0, node.output(), along, offset, size);
            }
            offset += size;
        }
        return offset == out.dim(along);
    }

    /** A concat along another axis than the channels': all inputs carry the same channels. */
    private boolean concatElsewhere(Node node, int axis) {
        for (String in : node.inputs()) {
            Integer mine = tracked.axis(in);
            if (mine == null || mine != axis) {
                return false;
            }
        }
        tracked.track(node.output(), axis);
        for (String in : node.inputs()) {
            tracked.tieAll(in, axis, node.output(), axis);
        }
        return true;
    }

    boolean split(Node node) {
        Integer axis = tracked.axis(node.input(0));
        if (axis == null) {
            return true;
        }
        int along = node.intAttr("axis", 0);
        int offset = 0;
        for (String out : node.outputs()) {
            int size = tracked.graph.shape(out).dim(axis);
            tracked.track(out, axis);
            tracked.classes.tieRange(node.input(0), axis, along == axis ? offset : 0, out, axis, 0, size);
            offset += size;
        }
        return true;
    }

    boolean slice(Node node) {
        Integer axis = tracked.axis(node.input(0));
        if (axis == null) {
            return true;
        }
        int[] axes = node.ints("axes");
        int[] starts = node.ints("starts");
        int[] steps = node.ints("steps");
        for (int i = 0; i < axes.length; i++) {
            if (axes[i] == axis) {
                if (steps[i] != 1) {
                    return false;
                }
                tracked.track(node.output(), axis);
                tracked.classes.tieRange(
                        node.input(0),
                        axis,
                        starts[i],
                        node.output(),
                        axis,
                        0,
                        tracked.graph.shape(node.output()).dim(axis));
                return true;
            }
        }
        return tracked.same(node);
    }
}
