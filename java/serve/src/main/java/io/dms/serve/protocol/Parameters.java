package io.dms.serve.protocol;

/** Names of parameters that DMS understands in requests, and gives in responses. */
public final class Parameters {
    /** Request: the width of the level to run, a number; response: that of the level that ran. */
    public static final String WIDTH = "width";

    /** Request: the name of the level to run; response: that of the level that ran. */
    public static final String LEVEL = "level";

    /** Request: a goal in words, by which a controller picks the level. */
    public static final String GOAL = "goal";

    /** Response to a request with a goal: whether this answer kept the goal's bound of latency. */
    public static final String KEPT = "goal_kept";

    /** Response: microseconds that the server had the request, waiting included. */
    public static final String SERVER_MICROS = "server_us";

    /** Request: microseconds until the answer is worth nothing (Triton's name). */
    public static final String TIMEOUT = "timeout";

    /** Requested output: the k best classes in place of scores (the classification extension). */
    public static final String CLASSIFICATION = "classification";

    /** Requested output: element type to send it in, as in {@code FP16}. */
    public static final String DATATYPE = "datatype";

    /** Requested output over REST: as bytes behind the JSON (the binary data extension). */
    public static final String BINARY_DATA = "binary_data";

    /** Request over REST: all outputs as bytes behind the JSON. */
    public static final String BINARY_DATA_OUTPUT = "binary_data_output";

    /** Tensor over REST: bytes of it behind the JSON. */
    public static final String BINARY_DATA_SIZE = "binary_data_size";

    /** HTTP header: length of the JSON where bytes follow it. */
    public static final String HEADER_LENGTH = "Inference-Header-Content-Length";

    private Parameters() {}
}
