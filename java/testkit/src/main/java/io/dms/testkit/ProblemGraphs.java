package io.dms.testkit;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Builds the model that a problem describes. */
final class ProblemGraphs {
    private final Problem p;
    private final GraphBuilder b;
    private final Blocks blocks;

    private ProblemGraphs(Problem p) {
        this.p = p;
        this.b = new GraphBuilder(p.kind(), p.seed());
        this.blocks = new Blocks(b, false, "Relu");
    }

    /** Networks have four uniform levels and a ragged one; all other problems have the full width alone. */
    static ScalableModel model(Problem p) {
        if (p.kind().equals("network")) {
            String kind = p.text("kind", "");
            var generator = Networks.generators().get(kind);
            if (generator == null) {
                throw new UserException("no generator " + kind + " for problem: " + p);
            }
            return scalable(generator.apply(p.seed()), p.seed());
        }
        Graph graph = new ProblemGraphs(p).build();
        return p.has("inside") ? scalable(graph, p.seed()) : ScalableModel.plain(graph);
    }

    static ScalableModel scalable(Graph graph, long seed) {
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = new ArrayList<>();
        for (double width : new double[] {1, 0.75, 0.5, 0.25}) {
            levels.add(WidthLevels.uniform(groups, width));
        }
        Random random = new Random(seed);
        int[] counts = levels.get(3).counts();
        for (int g = 0; g < counts.length; g++) {
            counts[g] = groups.groups().get(g).frozen() ? counts[g] : 1 + random.nextInt(counts[g]);
        }
        levels.add(new WidthLevel("ragged", 0.1, counts, Map.of()));
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }

    private Graph build() {
        switch (p.kind()) {
            case "conv", "deconv" -> convolution();
            case "pool" -> pool();
            case "plane" -> plane();
            case "unary" -> b.output(activated(image(), p.text("op", "")));
            case "bn" -> b.output(activated(b.batchNormalization(p.has("flat") ? features() : image()), act()));
            case "binary" -> binary();
            case "concat" -> concat();
            case "split" ->
                b.split(image(), p.number("axis", 1), p.numbers("parts")).forEach(b::output);
            case "slice" -> slice();
            case "transpose" ->
                b.output(b.transpose(
                        image(), Arrays.stream(p.numbers("perm")).asLongStream().toArray()));
            case "reshape" -> b.output(b.reshape(image(), p.numbers("to")));
            case "flatten" -> b.output(b.node("Flatten", Map.of("axis", (long) p.number("axis", 1)), image()));
            case "squeeze" -> squeeze();
            case "shuffle" -> b.output(blocks.shuffle(image(), p.number("g", 2)));
            case "pad" -> pad();
            case "resize" -> resize();
            case "gemm" -> gemm();
            case "matmul" ->
                b.output(b.matMul(
                        p.has("rows") ? b.input("x", p.number("rows", 1), p.channels("c", 1)) : features(),
                        p.channels("k", 1)));
            case "softmax" ->
                b.output(b.node(
                        "Softmax", Map.of("axis", (long) p.number("axis", 1)), p.has("flat") ? features() : image()));
            case "lrn" ->
                b.output(b.node(
                        "LRN",
                        Map.of(
                                "size",
                                (long) p.number("size", 5),
                                "alpha",
                                0.1f,
                                "beta",
                                0.75f,
                                "bias",
                                p.real("bias", 1)),
                        image()));
            default -> throw new UserException("unknown kind of problem: " + p);
        }
        return b.build();
    }

    private String image() {
        int h = p.number("h", 8);
        return b.input("x", p.channels("c", 8), h, p.number("w", h));
    }

    private String features() {
        return b.input("x", p.channels("c", 8));
    }

    private String act() {
        return p.text("act", "");
    }

    private String activated(String x, String kind) {
        return switch (kind) {
            case "" -> x;
            case "Clip" -> b.node("Clip", Map.of("min", -0.5f, "max", 0.75f), x);
            case "HardSigmoid" -> b.node("HardSigmoid", Map.of("alpha", 0.3f, "beta", 0.4f), x);
            default -> blocks.activation(x, kind);
        };
    }

    private Filter filter() {
        int r = p.number("r", 1);
        int pad = p.number("p", 0);
        int[] kernel = p.numbers("kernel", r, r);
        int[] strides = p.numbers("strides", p.number("s", 1), p.number("s", 1));
        int[] dilations = p.numbers("dilations", p.number("d", 1), p.number("d", 1));
        int group = p.has("depthwise") ? -1 : p.number("g", 1);
        return new Filter(kernel, strides, dilations, p.numbers("pads", pad, pad, pad, pad), group, !p.has("nobias"));
    }

    /** Behind a convolution: normalisation, then the shortcut, then the activation; a second one where it says so. */
    private void convolution() {
        String x = image();
        if (p.has("inside")) {
            x = b.node("Relu", Map.of(), b.conv(x, b.channels(x), Filter.of(1)));
        }
        int k = p.has("depthwise") && !p.has("k") ? b.channels(x) : p.channels("k", 8);
        String y =
                p.kind().equals("conv") ? b.conv(x, k, filter()) : b.convTranspose(x, k, filter(), p.number("opad", 0));
        y = p.has("bn") ? b.batchNormalization(y) : y;
        y = p.has("identity") ? blocks.add(x, y) : y;
        y = p.has("residual") ? blocks.add(y, b.input("shortcut", k, b.dim(y, 2), b.dim(y, 3))) : y;
        y = activated(y, act());
        y = p.has("later") ? blocks.add(y, b.input("later", k, b.dim(y, 2), b.dim(y, 3))) : y;
        if (p.has("inside")) {
            y = b.conv(y, 8, Filter.of(1));
        }
        b.output(y);
        if (p.has("both")) {
            b.output(b.node("Sigmoid", Map.of(), y));
        }
    }

    private void pool() {
        Map<String, Object> extra = new LinkedHashMap<>();
        if (p.has("ceil")) {
            extra.put("ceil_mode", 1L);
        }
        if (p.has("countpad")) {
            extra.put("count_include_pad", 1L);
        }
        b.output(b.pool(p.text("op", "MaxPool"), image(), filter(), extra));
    }

    private void plane() {
        String op = p.text("op", "GlobalAveragePool");
        Map<String, Object> attributes = op.equals("ReduceMean")
                ? Map.of(
                        "axes",
                        Arrays.stream(p.numbers("axes", 2, 3)).asLongStream().toArray(),
                        "keepdims",
                        (long) p.number("keep", 1))
                : Map.of();
        b.output(b.node(op, attributes, image()));
    }

    private void binary() {
        String x = image();
        int c = b.channels(x);
        int h = b.dim(x, 2);
        int w = b.dim(x, 3);
        String other = switch (p.text("other", "full")) {
            case "full" -> b.input("z", c, h, w);
            case "channel" -> b.input("z", c, 1, 1);
            case "plane" -> b.input("z", 1, h, w);
            case "self" -> x;
            case "scalar" -> b.constant("z", new int[0], 1.25f);
            case "one" -> b.constant("z", new int[] {1}, 1.25f);
            case "vector" -> b.gaussianConstant("z", 2, 0.2, c, 1, 1);
            case "constant" -> b.gaussianConstant("z", 2, 0.2, 1, c, h, w);
            case "row" -> b.gaussianConstant("z", 2, 0.2, w);
            default -> throw new UserException("unknown other operand in problem: " + p);
        };
        // Divisors stay away from 0, where the quotient says nothing about the kernel.
        String divisor = p.text("op", "Add").equals("Div") && !p.has("swapped") && b.isActivation(other)
                ? b.node("Clip", Map.of("min", 0.5f, "max", 3f), other)
                : other;
        String y = p.has("swapped")
                ? b.node(p.text("op", "Add"), Map.of(), divisor, x)
                : b.node(p.text("op", "Add"), Map.of(), x, divisor);
        b.output(activated(y, act()));
    }

    private void concat() {
        int[] parts = p.numbers("parts");
        int h = p.number("h", 8);
        String[] in = new String[parts.length];
        String x = p.has("conv") ? image() : "";
        for (int i = 0; i < parts.length; i++) {
            if (p.has("conv")) {
                in[i] = b.node("Relu", Map.of(), b.conv(x, parts[i], Filter.of(1)));
            } else if (p.number("axis", 1) == 1) {
                in[i] = b.input("x" + i, parts[i], h, p.number("w", h));
            } else {
                in[i] = b.input("x" + i, p.channels("c", 8), parts[i], p.number("w", h));
            }
        }
        if (p.has("twice")) {
            in[1] = in[0];
        }
        String y = b.concat(p.number("axis", 1), in);
        b.output(p.has("conv") ? b.conv(y, 8, Filter.of(3)) : y);
        if (p.has("reread")) {
            b.output(b.node("Sigmoid", Map.of(), in[0]));
        }
    }

    private void slice() {
        String x = image();
        int axis = p.number("axis", 1);
        Map<String, long[]> range = Map.of(
                "axes",
                new long[] {axis},
                "starts",
                new long[] {p.number("start", 0)},
                "ends",
                new long[] {p.number("end", b.dim(x, axis))},
                "steps",
                new long[] {p.number("step", 1)});
        b.output(b.node("Slice", range, x));
    }

    private void squeeze() {
        String x = b.node("GlobalAveragePool", Map.of(), image());
        String flat = b.node("Squeeze", Map.of("axes", new long[] {2, 3}), x);
        b.output(flat);
        b.output(b.node("Unsqueeze", Map.of("axes", new long[] {2, 3}), flat));
    }

    private void pad() {
        int[] t = p.numbers("pads");
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("mode", p.text("mode", "constant"));
        attributes.put("pads", new long[] {0, p.number("front", 0), t[0], t[1], 0, 0, t[2], t[3]});
        if (p.has("value")) {
            attributes.put("value", p.real("value", 0));
        }
        b.output(b.node("Pad", attributes, image()));
    }

    private void resize() {
        String x = image();
        int[] to = p.numbers("to");
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("mode", p.text("mode", "nearest"));
        attributes.put("coordinate_transformation_mode", p.text("ct", "half_pixel"));
        if (p.has("nm")) {
            attributes.put("nearest_mode", p.text("nm", ""));
        }
        if (p.has("scales")) {
            int[] eighths = p.numbers("scales");
            attributes.put("scales", new float[] {1, 1, eighths[0] / 8f, eighths[1] / 8f});
        }
        attributes.put("sizes", new long[] {-1, b.channels(x), to[0], to[1]});
        b.output(b.node("Resize", attributes, x));
    }

    private void gemm() {
        String x = features();
        if (!p.has("plain")) {
            b.output(activated(b.gemm(x, p.channels("k", 8)), act()));
            return;
        }
        int c = b.channels(x);
        int k = p.channels("k", 8);
        String w = b.gaussianConstant("w", 0, 1 / Math.sqrt(c), c, k);
        String bias = switch (p.text("bias", "vector")) {
            case "vector" -> b.gaussianConstant("b", 0, 1, k);
            case "row" -> b.gaussianConstant("b", 0, 1, 1, k);
            case "one" -> b.gaussianConstant("b", 0, 1, 1);
            default -> "";
        };
        String[] in = bias.isEmpty() ? new String[] {x, w} : new String[] {x, w, bias};
        b.output(b.node("Gemm", Map.of("alpha", p.real("alpha", 1), "beta", p.real("beta", 1)), in));
    }
}
