package io.dms.serve.split;

import io.dms.model.Graph;
import io.dms.model.GraphSplit;
import io.dms.model.ModelCosts;
import io.dms.serve.client.NetworkModel;
import io.dms.serve.protocol.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer boundary at which a network can be cut: one tensor that everything behind it goes through.
 *
 * @param tensor its name
 * @param elements numbers of one image that cross it
 * @param macsBefore multiply-accumulate operations of the trunk
 * @param macsBehind of the rest
 */
public record CutPoint(String tensor, long elements, long macsBefore, long macsBehind) {
    /** All cuts of a network, from its input on. */
    public static List<CutPoint> of(Graph graph) {
        long all = ModelCosts.macs(graph);
        List<CutPoint> out = new ArrayList<>();
        for (String tensor : GraphSplit.boundaries(graph)) {
            long before = ModelCosts.macs(GraphSplit.at(graph, tensor).trunk());
            out.add(new CutPoint(tensor, graph.shape(tensor).elements(), before, all - before));
        }
        return out;
    }

    /** Bytes that cross it. */
    public long bytes(TensorType wire) {
        return elements * wire.bytes();
    }

    /**
     * Seconds that a split here is expected to take, time in proportion to operations: an estimate that ranks cuts, as
     * Neurosurgeon (Kang et al., ASPLOS 2017) does with a regression for each kind of layer.
     *
     * @param deviceSeconds of the whole network here
     * @param serverSeconds of the whole network there
     * @param answerBytes of the answer
     */
    public double seconds(
            NetworkModel network, TensorType wire, double deviceSeconds, double serverSeconds, long answerBytes) {
        double all = Math.max(1, macsBefore + macsBehind);
        return deviceSeconds * macsBefore / all
                + network.seconds(bytes(wire), answerBytes, 0)
                + serverSeconds * macsBehind / all;
    }

    /**
     * The cut that is expected to be the fastest.
     *
     * @param cuts at least one
     */
    public static CutPoint best(
            List<CutPoint> cuts,
            NetworkModel network,
            TensorType wire,
            double deviceSeconds,
            double serverSeconds,
            long answerBytes) {
        CutPoint best = cuts.get(0);
        double least = Double.POSITIVE_INFINITY;
        for (CutPoint c : cuts) {
            double seconds = c.seconds(network, wire, deviceSeconds, serverSeconds, answerBytes);
            if (seconds < least) {
                least = seconds;
                best = c;
            }
        }
        return best;
    }
}
