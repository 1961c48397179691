package io.dms.serve;

import io.dms.control.Goal;
import io.dms.model.WidthLevel;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.TensorData;
import io.dms.serve.protocol.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that was checked: what is left to do can only fail by the backend's fault.
 *
 * @param model that answers
 * @param request as it came
 * @param batch images in it
 * @param inputs in the order of the graph
 * @param outputs that are wanted, in the order wanted
 * @param level that is wanted, or null
 * @param goal by which a level is picked, or null; never both
 */
record Plan(
        ServedModel model,
        InferRequest request,
        int batch,
        List<TensorData> inputs,
        List<Wanted> outputs,
        @Nullable WidthLevel level,
        @Nullable Goal goal) {
    /**
     * An output that is wanted.
     *
     * @param index in the graph
     * @param type to send it in
     * @param classes the best so many classes in place of scores; 0 for scores
     */
    record Wanted(int index, TensorType type, int classes) {}
}
