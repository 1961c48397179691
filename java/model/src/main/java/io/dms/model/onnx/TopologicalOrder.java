package io.dms.model.onnx;

import io.dms.model.ModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Orders nodes so that each stands behind those it reads from; the file's order is kept as far as that allows. */
final class TopologicalOrder {
    private TopologicalOrder() {}

    /**
     * @param producers the node that writes a tensor
     * @param source true for tensors that are there from the start
     * @throws ModelException if a tensor is written by nobody, or the nodes form a cycle
     */
    static List<SourceNode> sort(List<SourceNode> nodes, Map<String, SourceNode> producers, Predicate<String> source) {
        Map<SourceNode, Integer> place = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            place.put(nodes.get(i), i);
        }
        int[] open = new int[nodes.size()];
        List<Set<Integer>> before = new ArrayList<>();
        List<List<Integer>> behind = new ArrayList<>();
        nodes.forEach(n -> behind.add(new ArrayList<>()));
        for (int i = 0; i < nodes.size(); i++) {
            SourceNode n = nodes.get(i);
            Set<Integer> reads = new HashSet<>();
            n.inputs().forEach(t -> addProducer(t, n, producers, source, place, reads));
            n.captures().forEach(t -> addProducer(t, n, producers, source, place, reads));
            for (int p : reads) {
                behind.get(p).add(i);
            }
            before.add(reads);
            open[i] = reads.size();
        }
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int i = 0; i < open.length; i++) {
            if (open[i] == 0) {
                ready.add(i);
            }
        }
        List<SourceNode> sorted = new ArrayList<>();
        for (Integer i = ready.poll(); i != null; i = ready.poll()) {
            sorted.add(nodes.get(i));
            open[i] = -1;
            for (int next : behind.get(i)) {
                if (--open[next] == 0) {
                    ready.add(next);
                }
            }
        }
        if (sorted.size() < nodes.size()) {
            throw nodes.get(onCycle(open, before))
                    .error("is part of a cycle, it reads what depends on its own output: the file is damaged");
        }
        return sorted;
    }

    private static void addProducer(
            String tensor,
            SourceNode reader,
            Map<String, SourceNode> producers,
            Predicate<String> source,
            Map<SourceNode, Integer> place,
            Set<Integer> reads) {
        if (tensor.isEmpty() || source.test(tensor)) {
            return;
        }
        SourceNode producer = producers.get(tensor);
        Integer p = producer == null ? null : place.get(producer);
        if (p == null) {
            throw reader.error("reads tensor " + Text.clean(tensor)
                    + ", which is no input, no initializer and written by no node: the file is incomplete");
        }
        reads.add(p);
    }

    /** Nodes that could not be ordered wait for others of their kind; going back from any of them ends on a cycle. */
    private static int onCycle(int[] open, List<Set<Integer>> before) {
        int at = 0;
        while (open[at] < 0) {
            at++;
        }
        Set<Integer> seen = new HashSet<>();
        while (seen.add(at)) {
            Integer back = waiting(open, before.get(at));
            if (back == null) {
                return at;
            }
            at = back;
        }
        return at;
    }

    private static @Nullable Integer waiting(int[] open, Set<Integer> nodes) {
        for (int n : nodes) {
            if (open[n] > 0) {
                return n;
            }
        }
        return null;
    }
}
