package io.dms.serve.client;

import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.TensorData;
import java.util.List;

/**
 * What runs on the device, in the form of the protocol: what a request falls back to when its server is lost, or the first
 * layers of a split variant. It knows how long a run takes, so that a server is given up while there is time left for it.
 */
public interface LocalModel {
    /** Seconds that a run takes in the mean of the last ones. */
    double meanSeconds();

    /** Seconds that a run is expected to take at most, but for one in twenty or so. */
    double seconds();

    /**
     * Runs one image.
     *
     * @param tensors the inputs in the order of the graph
     * @throws io.dms.model.UserException if their number or size is wrong
     */
    InferResponse run(List<TensorData> tensors);
}
