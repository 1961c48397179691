package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.dms.model.ModelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file's graph, checked for being one: versions that are known, every tensor written once, no cycles. Nodes are in
 * topological order; those that no output depends on are left out.
 */
final class SourceModel {
    private static final int OLDEST_OPSET = 7;
    private static final int NEWEST_OPSET = 21;
    private static final int NEWEST_IR = 13;

    private final GraphProto graph;
    private final Map<String, Integer> opsets = new HashMap<>();
    private final Map<String, TensorProto> initializers = new LinkedHashMap<>();
    private final Map<String, ValueInfoProto> inputs = new LinkedHashMap<>();
    private final Map<String, ValueInfoProto> values = new HashMap<>();
    private final Map<String, SourceNode> producers = new HashMap<>();
    private final List<SourceNode> nodes;
    private final Set<String> captured = new HashSet<>();
    private final Set<String> unusedInitializers;
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** @throws ModelException if the file is not a sound model of a known version */
    SourceModel(ModelProto model) {
        if (!model.hasGraph() || (model.getIrVersion() == 0 && model.getOpsetImportCount() == 0)) {
            throw new ModelException("this is not an ONNX model: it holds no graph");
        }
        graph = model.getGraph();
        checkVersions(model);
        for (StringStringEntryProto e : model.getMetadataPropsList()) {
            metadata.put(e.getKey(), e.getValue());
        }
        readConstants();
        readInputs();
        List<SourceNode> all = readNodes(model);
        readValues();
        unusedInitializers = unused(all);
        nodes = reachable(TopologicalOrder.sort(all, producers, this::isSource));
    }

    private void checkVersions(ModelProto model) {
        if (model.getIrVersion() > NEWEST_IR) {
            throw new ModelException("the file has ONNX IR version " + model.getIrVersion() + ", newer than "
                    + NEWEST_IR + ": export the model for opset " + NEWEST_OPSET + " or older");
        }
        for (OperatorSetIdProto o : model.getOpsetImportList()) {
            long v = o.getVersion();
            String domain = SourceNode.domain(o.getDomain());
            if (domain.isEmpty() && (v < OLDEST_OPSET || v > NEWEST_OPSET)) {
                throw new ModelException("the file uses ONNX opset " + v + "; opsets " + OLDEST_OPSET + " to "
                        + NEWEST_OPSET + " are supported: convert it with onnx.version_converter");
            }
            opsets.put(domain, (int) Math.max(0, Math.min(v, Integer.MAX_VALUE)));
        }
    }

    private void readConstants() {
        if (graph.getSparseInitializerCount() > 0) {
            throw new ModelException("initializer "
                    + Text.clean(graph.getSparseInitializer(0).getValues().getName())
                    + " is sparse, which is not supported: store it dense");
        }
        for (TensorProto t : graph.getInitializerList()) {
            if (t.getName().isEmpty()) {
                throw new ModelException("an initializer has no name: the file is damaged");
            }
            if (initializers.put(t.getName(), t) != null) {
                throw new ModelException(
                        "initializer " + Text.clean(t.getName()) + " is there twice: the file is damaged");
            }
        }
    }

    private void readInputs() {
        for (ValueInfoProto v : graph.getInputList()) {
            if (v.getName().isEmpty()) {
                throw new ModelException("a network input has no name: the file is damaged");
            }
            if (!initializers.containsKey(v.getName()) && inputs.put(v.getName(), v) != null) {
                throw new ModelException(
                        "network input " + Text.clean(v.getName()) + " is there twice: the file is damaged");
            }
        }
    }

    private void readValues() {
        graph.getValueInfoList().forEach(v -> values.put(v.getName(), v));
        Set<String> seen = new HashSet<>();
        for (ValueInfoProto v : graph.getOutputList()) {
            values.put(v.getName(), v);
            if (!seen.add(v.getName())) {
                throw new ModelException(
                        "network output " + Text.clean(v.getName()) + " is there twice: the file is damaged");
            }
            if (!isSource(v.getName()) && !producers.containsKey(v.getName())) {
                throw new ModelException("network output " + Text.clean(v.getName()) + " is written by no node");
            }
        }
        if (seen.isEmpty()) {
            throw new ModelException("the network has no outputs: the file is damaged");
        }
    }

    private List<SourceNode> readNodes(ModelProto model) {
        Set<String> functions = new HashSet<>();
        for (FunctionProto f : model.getFunctionsList()) {
            functions.add(SourceNode.domain(f.getDomain()) + ":" + f.getName());
        }
        UniqueNames names = new UniqueNames();
        graph.getNodeList().forEach(n -> names.reserve(n.getName()));
        Set<String> taken = new HashSet<>();
        List<SourceNode> all = new ArrayList<>();
        for (NodeProto p : graph.getNodeList()) {
            String domain = SourceNode.domain(p.getDomain());
            String name = p.getName();
            if (name.isEmpty() || !taken.add(name)) {
                name = names.fresh(name.isEmpty() ? p.getOpType() + "_" + all.size() : name);
            }
            List<String> captures = SubgraphReads.of(p);
            captured.addAll(captures);
            SourceNode n = new SourceNode(name, p, opset(domain, p), captures);
            if (functions.contains(domain + ":" + p.getOpType())) {
                throw n.error("calls a function of the model, which is not supported: inline functions with"
                        + " onnx.inliner before");
            }
            for (String out : n.outputs()) {
                if (!out.isEmpty() && (isSource(out) || producers.put(out, n) != null)) {
                    throw n.error("writes tensor " + Text.clean(out)
                            + ", which is already there as an input, an initializer or another node's output");
                }
            }
            all.add(n);
        }
        return all;
    }

    private int opset(String domain, NodeProto p) {
        Integer v = opsets.get(domain);
        if (v == null && domain.isEmpty()) {
            throw new ModelException("node " + Text.clean(p.getName()) + " (" + Text.clean(p.getOpType())
                    + ") needs ONNX's operators but the file names no opset: export it again");
        }
        return v == null ? 1 : v;
    }

    private Set<String> unused(List<SourceNode> all) {
        Set<String> unused = new LinkedHashSet<>(initializers.keySet());
        for (SourceNode n : all) {
            n.inputs().forEach(unused::remove);
            n.captures().forEach(unused::remove);
        }
        graph.getOutputList().forEach(o -> unused.remove(o.getName()));
        return unused;
    }

    private List<SourceNode> reachable(List<SourceNode> sorted) {
        Set<String> needed = new HashSet<>();
        graph.getOutputList().forEach(o -> needed.add(o.getName()));
        ArrayDeque<SourceNode> kept = new ArrayDeque<>();
        for (int i = sorted.size() - 1; i >= 0; i--) {
            SourceNode n = sorted.get(i);
            if (!Collections.disjoint(needed, n.outputs())) {
                needed.addAll(n.inputs());
                needed.addAll(n.captures());
                kept.addFirst(n);
            }
        }
        return List.copyOf(kept);
    }

    private boolean isSource(String tensor) {
        return inputs.containsKey(tensor) || initializers.containsKey(tensor);
    }

    String name() {
        return graph.getName();
    }

    /** Nodes that the outputs depend on, in topological order. */
    List<SourceNode> nodes() {
        return nodes;
    }

    Map<String, TensorProto> initializers() {
        return initializers;
    }

    /** Inputs that are not initializers. */
    Map<String, ValueInfoProto> inputs() {
        return inputs;
    }

    List<String> outputs() {
        return graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
    }

    /** What the file says of an activation or an output, or null. */
    @Nullable
    ValueInfoProto value(String tensor) {
        return values.get(tensor);
    }

    @Nullable
    SourceNode producer(String tensor) {
        return producers.get(tensor);
    }

    /** Tensors that subgraphs read by name: these must keep it. */
    Set<String> captured() {
        return captured;
    }

    Set<String> unusedInitializers() {
        return unusedInitializers;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    /** Every tensor name of the file. */
    Set<String> tensorNames() {
        Set<String> all = new HashSet<>(inputs.keySet());
        all.addAll(initializers.keySet());
        all.addAll(producers.keySet());
        all.addAll(captured);
        return all;
    }
}
