package io.dms.model.onnx;

/** Brings one operator into canonical form. */
@FunctionalInterface
interface Rule {
    /**
     * Adds canonical nodes to the graph, or makes the node's output stand for its input.
     *
     * @throws UnsupportedForm before anything was added, if the node has no canonical form
     * @throws io.dms.model.ModelException if the node is damaged
     */
    void apply(SourceNode n, GraphBuilder g);
}
