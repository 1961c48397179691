package io.dms.model.onnx;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One pass over a file's nodes that makes the canonical graph. Used once. */
final class Canonicalizer {
    private final SourceModel source;
    private final DeclaredShapes declared;
    private final ConstantFolder folder;
    private final FiniteCheck finite = new FiniteCheck();
    private final GraphBuilder g;

    Canonicalizer(SourceModel source, TensorReader reader, DeclaredShapes declared, long fileElements) {
        this.source = source;
        this.declared = declared;
        this.folder = new ConstantFolder(reader, fileElements);
        this.g = new GraphBuilder(source, reader, declared, finite);
    }

    /** True where a foreign node may do more than treat each image on its own; known after {@link #run}. */
    boolean foreignMayMixBatch() {
        return g.foreignMayMixBatch();
    }

    ImportedModel run() {
        for (SourceNode n : source.nodes()) {
            try {
                if (!fold(n)) {
                    apply(n);
                }
            } catch (ArithmeticException e) {
                throw n.error("has sizes that are too large: the file is damaged");
            }
        }
        List<Node> nodes = nameOutputs();
        Graph graph = new Lowering(g, nodes, source.outputs()).run();
        finite.finish(graph);
        Map<String, Tensor> unused = new LinkedHashMap<>();
        for (String name : source.unusedInitializers()) {
            Constant c = g.constant(name);
            if (c != null && (c.isFloat() || isInteger(c.type()))) {
                unused.put(name, c.toTensor(name));
            }
        }
        List<String> foreign = graph.nodes().stream()
                .map(Node::name)
                .filter(g.foreign()::contains)
                .toList();
        return new ImportedModel(graph, source.metadata(), unused, foreign);
    }

    private static boolean isInteger(int type) {
        return type == ElementType.INT64
                || type == ElementType.INT32
                || type == ElementType.UINT8
                || type == ElementType.BOOL;
    }

    /** Computes a node here, where all that it needs is known. */
    private boolean fold(SourceNode n) {
        if (!n.captures().isEmpty()) {
            return false;
        }
        List<@Nullable Constant> in = new ArrayList<>();
        for (String name : n.inputs()) {
            Constant c = name.isEmpty() ? null : g.constant(name);
            if (c == null && !name.isEmpty()) {
                return foldShape(n);
            }
            in.add(c);
        }
        List<Constant> out = folder.fold(n, in);
        if (out == null) {
            return false;
        }
        for (int i = 0; i < out.size() && i < n.outputs().size(); i++) {
            if (!n.outputs().get(i).isEmpty()) {
                g.define(n.outputs().get(i), out.get(i));
            }
        }
        return true;
    }

    private boolean foldShape(SourceNode n) {
        if (!n.domain().isEmpty() || n.output().isEmpty() || !(n.op().equals("Shape") || n.op().equals("Size"))) {
            return false;
        }
        Shape s = g.shape(n.input(0));
        if (s == null) {
            return false;
        }
        if (n.op().equals("Shape")) {
            g.define(n.output(), ConstantFolder.ofShape(n, s.dims(), Shape.BATCH));
        } else {
            double elements = s.elements();
            double[] values = {s.hasBatch() ? 0 : elements};
            double[] batch = {s.hasBatch() ? elements : 0};
            g.define(n.output(), Constant.symbolic(ElementType.INT64, new int[0], values, batch));
        }
        return true;
    }

    private void apply(SourceNode n) {
        if (n.output().isEmpty() || !n.captures().isEmpty()) {
            g.emitForeign(n);
            return;
        }
        try {
            Rules.apply(n, g);
        } catch (UnsupportedForm e) {
            g.emitForeign(n);
        }
    }

    /** Gives the network's outputs their names where the nodes that wrote them were left out. */
    private List<Node> nameOutputs() {
        Set<String> outputs = new HashSet<>(source.outputs());
        Map<String, String> renamed = new HashMap<>();
        List<Node> copies = new ArrayList<>();
        source.captured().forEach(g::materialize);
        for (String o : source.outputs()) {
            g.materialize(o);
            String from = g.resolve(o);
            if (g.constant(o) != null || from.equals(o)) {
                continue;
            }
            boolean free = !outputs.contains(from)
                    && !source.captured().contains(from)
                    && !declared.inputs().containsKey(from)
                    && !renamed.containsKey(from);
            if (free) {
                renamed.put(from, o);
            } else {
                copies.add(copy(renamed.getOrDefault(from, from), g.shape(from), o));
            }
        }
        List<Node> out = new ArrayList<>();
        for (Node n : g.nodes()) {
            out.add(rename(n, renamed));
        }
        renamed.forEach((from, to) -> {
            Shape s = g.shapes().get(from);
            if (s != null) {
                g.shapes().put(to, s);
            }
        });
        out.addAll(copies);
        return reachable(out, outputs);
    }

    /** A network output that is another one, or an input: a Reshape that keeps the shape. */
    private Node copy(String from, @Nullable Shape s, String to) {
        String name = g.freshNode(to + "_copy");
        if (s == null) {
            return Node.of(name, "Identity", List.of(from), List.of(to), Map.of());
        }
        return Node.of(
                name,
                "Reshape",
                List.of(from),
                List.of(to),
                new Attributes().put("shape", s.dims()).map());
    }

    private static Node rename(Node n, Map<String, String> names) {
        if (names.isEmpty()) {
            return n;
        }
        return n.withInputs(
                        n.inputs().stream().map(t -> names.getOrDefault(t, t)).toList())
                .withOutputs(
                        n.outputs().stream().map(t -> names.getOrDefault(t, t)).toList());
    }

    /** The nodes that some of the given tensors depend on. */
    static List<Node> reachable(List<Node> nodes, Set<String> tensors) {
        Set<String> needed = new HashSet<>(tensors);
        ArrayDeque<Node> kept = new ArrayDeque<>();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node n = nodes.get(i);
            if (!Collections.disjoint(needed, n.outputs())) {
                needed.addAll(n.inputs());
                kept.addFirst(n);
            }
        }
        return List.copyOf(kept);
    }
}
