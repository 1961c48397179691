package io.dms.backend.cudnn.bridge;

/** Recordings of what is enqueued on a stream, to be replayed: {@code dms_graph_*} of the header. */
public interface Graphs {
    /** Begins a recording on a stream, from this thread alone. */
    void begin(long stream);

    /** Whether a stream is recording. */
    boolean isRecording(long stream);

    /** Ends a recording; the graph's handle, to be given to {@link #destroy} once. */
    long end(long stream);

    /** Ends a recording and throws it away. */
    void abort(long stream);

    /** How many operations were recorded. */
    long nodes(long graph);

    /** Brings a graph to the device ahead of its first launch, where CUDA can. */
    void upload(long graph, long stream);

    /** Enqueues what was recorded. */
    void launch(long graph, long stream);

    /** Frees a graph that no stream runs any more. */
    void destroy(long graph);
}
