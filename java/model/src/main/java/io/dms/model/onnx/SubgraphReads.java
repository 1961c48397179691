package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the outer tensors that the subgraphs of a node (If, Loop, Scan) read by name. */
final class SubgraphReads {
    private SubgraphReads() {}

    /** Names known inside one subgraph, and around it. */
    private record Scope(Set<String> names, @Nullable Scope around) {
        boolean knows(String name) {
            for (Scope s = this; s != null; s = s.around) {
                if (s.names.contains(name)) {
                    return true;
                }
            }
            return false;
        }
    }

    static List<String> of(NodeProto node) {
        Set<String> reads = new LinkedHashSet<>();
        collect(node, null, reads);
        return List.copyOf(reads);
    }

    /** The parser bounds how deep subgraphs nest, and so this recursion. */
    private static void collect(NodeProto node, @Nullable Scope around, Set<String> reads) {
        for (AttributeProto a : node.getAttributeList()) {
            if (a.hasG()) {
                collect(a.getG(), around, reads);
            }
            a.getGraphsList().forEach(g -> collect(g, around, reads));
        }
    }

    private static void collect(GraphProto g, @Nullable Scope around, Set<String> reads) {
        Scope scope = new Scope(new HashSet<>(), around);
        g.getInputList().forEach(v -> scope.names.add(v.getName()));
        g.getInitializerList().forEach(t -> scope.names.add(t.getName()));
        g.getNodeList().forEach(n -> scope.names.addAll(n.getOutputList()));
        for (NodeProto n : g.getNodeList()) {
            n.getInputList().forEach(i -> read(i, scope, reads));
            collect(n, scope, reads);
        }
        g.getOutputList().forEach(o -> read(o.getName(), scope, reads));
    }

    private static void read(String name, Scope scope, Set<String> reads) {
        if (!name.isEmpty() && !scope.knows(name)) {
            reads.add(name);
        }
    }
}
