package io.dms.serve.protocol;

import java.util.List;

/**
 * What a server says of a model.
 *
 * @param name of the model
 * @param versions that it has
 * @param platform what runs it, as in {@code dms_cpu}
 * @param inputs in order
 * @param outputs in order
 */
public record ModelInfo(
        String name, List<String> versions, String platform, List<Tensor> inputs, List<Tensor> outputs) {
    /**
     * An input or output.
     *
     * @param shape -1 where the size is open
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Tensor(String name, TensorType type, long[] shape) {}

    /** Copies the lists. */
    public ModelInfo {
        versions = List.copyOf(versions);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
