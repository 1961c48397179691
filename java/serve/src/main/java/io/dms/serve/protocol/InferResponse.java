package io.dms.serve.protocol;

import java.util.List;
import java.util.Map;

/**
 * An answer. Parameters are Boolean, Long, Double or String.
 *
 * @param model that answered
 * @param version of it
 * @param id of the request, empty for none
 * @param parameters what the server has to say, by name; see {@link Parameters}
 * @param outputs the tensors
 */
public record InferResponse(
        String model, String version, String id, Map<String, Object> parameters, List<TensorData> outputs) {
    /** Copies the list. */
    public InferResponse {
        outputs = List.copyOf(outputs);
    }

    /**
     * An output by its name.
     *
     * @throws InferenceException if there is none
     */
    public TensorData output(String name) {
        return outputs.stream()
                .filter(t -> t.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InferenceException(
                        Refusal.INTERNAL, "the server's answer has no output " + Text.brief(name)));
    }
}
