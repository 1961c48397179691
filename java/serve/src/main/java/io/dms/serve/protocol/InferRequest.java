package io.dms.serve.protocol;

import java.util.List;
import java.util.Map;

/**
 * A request for one inference. Parameters are Boolean, Long, Double or String.
 *
 * @param model its name
 * @param version empty for the server's choice
 * @param id given back in the response; empty for none
 * @param parameters of the request, by name
 * @param inputs the tensors
 * @param outputs which outputs are wanted; empty for all
 */
public record InferRequest(
        String model,
        String version,
        String id,
        Map<String, Object> parameters,
        List<TensorData> inputs,
        List<Output> outputs) {
    /**
     * An output that is wanted.
     *
     * @param name of the output
     * @param parameters by name
     */
    public record Output(String name, Map<String, Object> parameters) {}

    /** Copies the lists. */
    public InferRequest {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** A request of all outputs. */
    public static InferRequest of(String model, Map<String, Object> parameters, TensorData... inputs) {
        return new InferRequest(model, "", "", parameters, List.of(inputs), List.of());
    }

    /** This request with another id. */
    public InferRequest withId(String id) {
        return new InferRequest(model, version, id, parameters, inputs, outputs);
    }
}
