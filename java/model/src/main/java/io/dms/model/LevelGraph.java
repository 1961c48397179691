package io.dms.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Cuts the full-width graph down to one level. */
final class LevelGraph {
    private final Graph full;
    private final ChannelGroups groups;
    private final WidthLevel level;
    private final int[] counts;
    private final Map<String, Tensor> initializers = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();

    private LevelGraph(Graph full, ChannelGroups groups, WidthLevel level) {
        this.full = full;
        this.groups = groups;
        this.level = level;
        this.counts = level.counts();
        if (counts.length != groups.groups().size()) {
            throw new ModelException("level " + level.name() + " has " + counts.length + " channel counts for "
                    + groups.groups().size() + " groups: it belongs to another model");
        }
        for (int g = 0; g < counts.length; g++) {
            ChannelGroup group = groups.groups().get(g);
            if (counts[g] < 1 || counts[g] > group.size()) {
                throw new ModelException("level " + level.name() + " keeps " + counts[g] + " of the " + group.size()
                        + " units of group " + group.name() + ": it belongs to another model");
            }
        }
    }

    static Graph of(Graph full, ChannelGroups groups, WidthLevel level) {
        return new LevelGraph(full, groups, level).build();
    }

    private Graph build() {
        full.initializers().forEach((name, tensor) -> {
            if (groups.axes().containsKey(name)) {
                AxisCut[] cuts = new AxisCut[tensor.shape().rank()];
                for (int axis = 0; axis < cuts.length; axis++) {
                    cuts[axis] = cut(name, axis);
                }
                initializers.put(name, tensor.cutTo(cuts));
            } else {
                initializers.put(name, tensor);
            }
        });
        full.shapes().forEach((name, shape) -> shapes.put(name, cutShape(name, shape)));
        for (Node node : full.nodes()) {
            Node cut = adapt(node);
            Affine affine = level.normalization().get(node.name());
            if (affine == null) {
                nodes.add(cut);
            } else if (node.is("BatchNormalization")) {
                nodes.add(normalization(cut, node.name(), node.input(0), node.output(), affine));
            } else {
                String raw = node.output() + "/unscaled";
                shapes.put(raw, shape(node.output()));
                nodes.add(cut.withOutputs(List.of(raw)));
                nodes.add(normalization(cut, node.name() + "/normalization", raw, node.output(), affine));
            }
        }
        return new Graph(full.name(), cut(full.inputs()), cut(full.outputs()), nodes, initializers, shapes);
    }

    /** A whole network ends in channels that are never cut; a part of one begins or ends with those of the level. */
    private List<Graph.Value> cut(List<Graph.Value> values) {
        return values.stream()
                .map(v -> new Graph.Value(v.name(), cutShape(v.name(), v.shape())))
                .toList();
    }

    private AxisCut cut(String tensor, int axis) {
        return groups.cut(tensor, axis, full.shape(tensor).dim(axis), counts);
    }

    private Shape cutShape(String tensor, Shape shape) {
        Shape out = shape;
        for (int axis : groups.axes().getOrDefault(tensor, Map.of()).keySet()) {
            out = out.with(axis, cut(tensor, axis).kept());
        }
        return out;
    }

    private Shape shape(String tensor) {
        Shape s = shapes.get(tensor);
        if (s == null) {
            throw new ModelException("the shape of tensor " + tensor + " is not known");
        }
        return s;
    }

    private Node normalization(Node site, String name, String in, String out, Affine affine) {
        int channels = shape(out).dim(1);
        if (affine.channels() != channels) {
            throw new ModelException("level " + level.name() + " normalises " + affine.channels() + " channels at node "
                    + site.name() + ", which has " + channels);
        }
        float[] ones = new float[channels];
        Arrays.fill(ones, 1f);
        List<String> inputs = new ArrayList<>(List.of(in));
        float[][] values = {affine.scale(), affine.shift(), new float[channels], ones};
        String[] parts = {"scale", "shift", "mean", "variance"};
        for (int i = 0; i < parts.length; i++) {
            String tensor = site.name() + "/level_" + parts[i];
            initializers.put(tensor, Tensor.ofFloats(Shape.of(channels), values[i]));
            inputs.add(tensor);
        }
        return Node.of(name, "BatchNormalization", inputs, List.of(out), Map.of("epsilon", 0f));
    }

    /** Rewrites the attributes of a node that hold channel counts. */
    private Node adapt(Node node) {
        if (!node.domain().isEmpty()) {
            return node;
        }
        return switch (node.op()) {
            case "Conv" -> groupCount(node);
            case "ConvTranspose" -> groupCount(node);
            case "Split" -> split(node);
            case "Slice" -> slice(node);
            case "Reshape" ->
                node.has("shape") && full.shapeOrNull(node.output()) != null
                        ? node.with("shape", reshapeTarget(node))
                        : node;
            case "Resize" -> node.has("sizes") ? node.with("sizes", dims(node.output())) : node;
            default -> node;
        };
    }

    /** A convolution group remains where an input channel of it does: all, or fewer where whole ones were cut. */
    private Node groupCount(Node node) {
        int groupsBefore = node.intAttr("group", 1);
        if (groupsBefore == 1) {
            return node;
        }
        int perGroup = full.shape(node.input(0)).dim(1) / groupsBefore;
        long remaining = Arrays.stream(cut(node.input(0), 1).indices())
                .map(i -> i / perGroup)
                .distinct()
                .count();
        return remaining == groupsBefore ? node : node.with("group", remaining);
    }

    private Node split(Node node) {
        int axis = node.intAttr("axis", 0);
        return node.with(
                "split",
                node.outputs().stream().mapToLong(o -> shape(o).dim(axis)).toArray());
    }

    private Node slice(Node node) {
        int[] axes = node.ints("axes");
        int[] starts = node.ints("starts");
        int[] ends = node.ints("ends");
        boolean touched = false;
        for (int i = 0; i < axes.length; i++) {
            if (!groups.segments(node.input(0), axes[i]).isEmpty()) {
                AxisCut cut = cut(node.input(0), axes[i]);
                starts[i] = cut.keptBefore(starts[i]);
                ends[i] = cut.keptBefore(ends[i]);
                touched = true;
            }
        }
        return touched ? node.with("starts", longs(starts)).with("ends", longs(ends)) : node;
    }

    private long[] reshapeTarget(Node node) {
        long[] dims = dims(node.output());
        int[] before = node.ints("shape");
        for (int i = 0; i < dims.length && i < before.length; i++) {
            if (before[i] == -1) {
                dims[i] = -1;
            }
        }
        return dims;
    }

    private long[] dims(String tensor) {
        return longs(shape(tensor).dims());
    }

    private static long[] longs(int[] values) {
        long[] out = new long[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }
}
