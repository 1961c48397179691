package io.dms.runtime;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import java.util.List;

/**
 * Something that runs scalable models. Found through {@link java.util.ServiceLoader}; implementations are stateless and
 * may be used from any thread.
 */
public interface Backend {
    /** Short name as on the command line: {@code cpu}, {@code cudnn}, {@code tensorrt}. */
    String name();

    /** One line for people: library, version, device, as in {@code cpu (oneDNN 3.11)}. Loads the natives. */
    String describe();

    /**
     * Why this backend can't run here or can't run this graph, one sentence each with the remedy; empty where it can.
     * Does not throw.
     */
    List<String> refusals(Graph graph);

    /**
     * Opens a session.
     *
     * @throws io.dms.model.UserException if the graph has operators that this backend can't run
     * @throws io.dms.model.EnvironmentException if a library or device is missing
     */
    Session open(ScalableModel model, SessionOptions options);
}
