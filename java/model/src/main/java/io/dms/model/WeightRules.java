package io.dms.model;

/**
 * How operators with weights tie the channels of their inputs, weights and outputs, as rules of {@link GroupAnalysis}.
 * False where there is no rule.
 */
final class WeightRules {
    private final TrackedAxes tracked;

    WeightRules(TrackedAxes tracked) {
        this.tracked = tracked;
    }

    boolean normalization(Node node) {
        Integer axis = tracked.axis(node.input(0));
        if (axis == null) {
            return tracked.pinConstants(node);
        }
        if (axis != 1) {
            return false;
        }
        for (int i = 1; i < node.inputs().size(); i++) {
            String parameter = node.input(i);
            if (tracked.activation(parameter)) {
                return false;
            }
            tracked.weightAxis(parameter, 0);
            tracked.tieAll(parameter, 0, node.input(0), 1);
        }
        return tracked.same(node);
    }

    private void bias(String bias, String output, int axis) {
        if (!bias.isEmpty() && !tracked.activation(bias)) {
            tracked.weightAxis(bias, 0);
            tracked.tieAll(bias, 0, output, axis);
        }
    }

    /**
     * Axis 0 of the weights spans all channels of one side, axis 1 those that a single convolution group has on the
     * other: output and input for a Conv, input and output for a ConvTranspose.
     */
    boolean convolution(Node node, boolean transposed) {
        String in = node.input(0);
        String w = node.input(1);
        String out = node.output();
        if (tracked.activation(w) || (!node.input(2).isEmpty() && tracked.activation(node.input(2)))) {
            return false;
        }
        boolean known = tracked.axis(in) != null;
        if (known && !Integer.valueOf(1).equals(tracked.axis(in))) {
            return false;
        }
        int groups = node.intAttr("group", 1);
        int perGroup0 = tracked.graph.shape(w).dim(0) / groups;
        int perGroup1 = tracked.graph.shape(w).dim(1);
        int perIn = transposed ? perGroup0 : perGroup1;
        int perOut = transposed ? perGroup1 : perGroup0;
        tracked.track(out, 1);
        tieWeights(node, w, 0, transposed ? in : out);
        bias(node.input(2), out, 1);
        if (groups == 1) {
            tieWeights(node, w, 1, transposed ? out : in);
        } else if (!known) {
            tracked.freeze(out, "grouped " + TrackedAxes.at(node) + " of an input whose channels are not tracked");
        } else if (perIn == 1 || groups >= GroupAnalysis.MANY_GROUPS) {
            wholeGroups(in, out, groups, perIn, perOut);
        } else {
            tracked.weightAxis(w, 1);
            positions(in, out, groups, perIn, perOut);
            tracked.classes.tieRange(w, 1, 0, transposed ? out : in, 1, 0, perGroup1);
        }
        return true;
    }

    /** Ties an axis of a convolution's weights to the channels of an activation, or freezes it where those are unknown. */
    private void tieWeights(Node node, String weights, int axis, String activation) {
        tracked.weightAxis(weights, axis);
        if (tracked.axis(activation) != null) {
            tracked.tieAll(weights, axis, activation, 1);
        } else {
            tracked.classes.freeze(weights, axis, "not tracked before " + TrackedAxes.at(node));
        }
    }

    /** Input channels and output channels of one convolution group are one unit. */
    private void wholeGroups(String in, String out, int groups, int perIn, int perOut) {
        for (int g = 0; g < groups; g++) {
            for (int i = 1; i < perIn; i++) {
                tracked.classes.tie(in, 1, g * perIn, in, 1, g * perIn + i);
            }
            for (int o = 0; o < perOut; o++) {
                tracked.classes.tie(in, 1, g * perIn, out, 1, g * perOut + o);
            }
        }
    }

    /** The same position in every convolution group is one unit, on either side. */
    private void positions(String in, String out, int groups, int perIn, int perOut) {
        for (int g = 1; g < groups; g++) {
            tracked.classes.tieRange(in, 1, 0, in, 1, g * perIn, perIn);
            tracked.classes.tieRange(out, 1, 0, out, 1, g * perOut, perOut);
        }
    }

    boolean gemm(Node node) {
        String a = node.input(0);
        String b = node.input(1);
        String c = node.input(2);
        if (tracked.activation(b)
                || !tracked.activation(a)
                || (!c.isEmpty() && tracked.activation(c))
                || node.intAttr("transA", 0) != 0) {
            return false;
        }
        int inAxis = node.intAttr("transB", 0) != 0 ? 1 : 0;
        return linear(node, a, b, inAxis, c);
    }

    boolean matMul(Node node) {
        String a = node.input(0);
        String b = node.input(1);
        if (tracked.activation(b)
                || !tracked.activation(a)
                || tracked.graph.shape(b).rank() != 2) {
            return false;
        }
        Integer axis = tracked.axis(a);
        if (axis != null && axis != tracked.graph.shape(a).rank() - 1) {
            return tracked.same(node);
        }
        return linear(node, a, b, 0, "");
    }

    private boolean linear(Node node, String a, String b, int inAxis, String c) {
        int last = tracked.graph.shape(a).rank() - 1;
        Integer axis = tracked.axis(a);
        if (axis != null && axis != last) {
            return false;
        }
        tracked.weightAxis(b, inAxis);
        if (axis != null) {
            tracked.tieAll(b, inAxis, a, last);
        } else {
            tracked.classes.freeze(b, inAxis, "not tracked before " + TrackedAxes.at(node));
        }
        tracked.track(node.output(), last);
        tracked.weightAxis(b, 1 - inAxis);
        tracked.tieAll(b, 1 - inAxis, node.output(), last);
        if (!c.isEmpty()) {
            Shape shape = tracked.graph.shape(c);
            int at = shape.rank() - 1;
            if (at >= 0 && shape.dim(at) == tracked.graph.shape(node.output()).dim(last)) {
                tracked.weightAxis(c, at);
                tracked.tieAll(c, at, node.output(), last);
            } else if (at < 0 || shape.dim(at) != 1) {
                tracked.freeze(node.output(), TrackedAxes.at(node) + " adds a bias of another shape");
            }
        }
        return true;
    }
}
