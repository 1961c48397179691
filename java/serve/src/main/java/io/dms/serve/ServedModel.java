package io.dms.serve;

import io.dms.control.Goal;
import io.dms.model.Graph;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.ModelInfo;
import io.dms.serve.protocol.Parameters;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.TensorData;
import io.dms.serve.protocol.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One model of a server: what it takes and gives, and the check of requests against it. Thread-safe. */
final class ServedModel {
    /** The only version of every model. */
    static final String VERSION = "1";

    private static final Set<TensorType> SENT =
            Set.of(TensorType.FP32, TensorType.FP16, TensorType.BF16, TensorType.INT8);

    private final ModelSpec spec;
    private final ModelInfo info;
    private final int maxBatch;
    private final Statistics statistics = new Statistics();

    ServedModel(ModelSpec spec, String backend, int maxBatch) {
        this.spec = spec;
        this.maxBatch = maxBatch;
        Graph graph = spec.model().graph();
        this.info = new ModelInfo(
                spec.name(),
                List.of(VERSION),
                "dms_" + backend,
                graph.inputs().stream().map(ServedModel::tensor).toList(),
                graph.outputs().stream().map(ServedModel::tensor).toList());
    }

    private static ModelInfo.Tensor tensor(Graph.Value v) {
        return new ModelInfo.Tensor(v.name(), TensorType.FP32, longs(v.shape()));
    }

    private static long[] longs(Shape shape) {
        return Arrays.stream(shape.dims()).asLongStream().toArray();
    }

    ModelSpec spec() {
        return spec;
    }

    ModelInfo info() {
        return info;
    }

    Statistics statistics() {
        return statistics;
    }

    /**
     * Checks a request.
     *
     * @throws InferenceException if it can't be served, saying what and what would
     */
    Plan check(InferRequest r) {
        Map<String, TensorData> given = new LinkedHashMap<>();
        for (TensorData t : r.inputs()) {
            if (given.put(t.name(), t) != null) {
                throw InferenceException.invalid("input " + shown(t.name()) + " is given twice");
            }
        }
        int batch = 0;
        List<TensorData> inputs = new ArrayList<>();
        for (ModelInfo.Tensor want : info.inputs()) {
            TensorData t = given.remove(want.name());
            if (t == null) {
                throw InferenceException.invalid("input " + want.name() + " of model " + info.name() + " is missing; it"
                        + " takes " + inputNames());
            }
            if (!t.type().numeric()) {
                throw InferenceException.invalid(
                        "input " + want.name() + " has datatype " + t.type() + ", and the model takes numbers (FP32)");
            }
            int own = batchOf(want, t);
            if (own > 0 && batch > 0 && own != batch) {
                throw InferenceException.invalid(
                        "inputs of model " + info.name() + " have different batches: " + batch + " and " + own);
            }
            batch = Math.max(batch, own);
            inputs.add(t);
        }
        if (!given.isEmpty()) {
            throw InferenceException.invalid("model " + info.name() + " has no input "
                    + shown(given.keySet().iterator().next()) + "; it takes " + inputNames());
        }
        Map<String, Object> p = r.parameters();
        WidthLevel level = level(p);
        Object goal = p.get(Parameters.GOAL);
        if (goal != null && level != null) {
            throw InferenceException.invalid("parameters width or level and goal exclude each other: give one of them");
        }
        return new Plan(
                this, r, Math.max(1, batch), inputs, wanted(r), level, goal == null ? null : goal(goal.toString()));
    }

    /** Images in a tensor, 0 where the model's input has no open batch. */
    private int batchOf(ModelInfo.Tensor want, TensorData t) {
        long[] shape = t.shape();
        int batch = 0;
        boolean fits = shape.length == want.shape().length;
        for (int i = 0; fits && i < shape.length; i++) {
            if (want.shape()[i] >= 0) {
                fits = shape[i] == want.shape()[i];
            } else {
                fits = shape[i] >= 1 && shape[i] <= maxBatch;
                batch = (int) Math.min(maxBatch, shape[i]);
            }
        }
        if (!fits) {
            throw InferenceException.invalid("input " + want.name() + " of model " + info.name() + " has shape "
                    + Arrays.toString(want.shape()) + " (-1 is the batch, 1 to " + maxBatch + "), but "
                    + Arrays.toString(shape) + " was sent");
        }
        return batch;
    }

    private String inputNames() {
        return info.inputs().stream().map(ModelInfo.Tensor::name).collect(Collectors.joining(", "));
    }

    private static String shown(String foreign) {
        String clean = foreign.replaceAll("[^ -~]", "?");
        return "\"" + (clean.length() > 60 ? clean.substring(0, 60) + "..." : clean) + "\"";
    }

    private @Nullable WidthLevel level(Map<String, Object> p) {
        Object width = p.get(Parameters.WIDTH);
        Object name = p.get(Parameters.LEVEL);
        if (width != null && name != null) {
            throw InferenceException.invalid("parameters width and level say the same: give one of them");
        }
        Object wanted = width != null ? width : name;
        if (wanted == null) {
            return null;
        }
        double number = number(wanted);
        for (WidthLevel l : spec.model().levels()) {
            if (l.name().equals(wanted.toString()) || Math.abs(l.width() - number) < 1e-6) {
                return l;
            }
        }
        throw InferenceException.invalid("model " + info.name() + " has no level " + shown(wanted.toString())
                + "; it has "
                + spec.model().levels().stream().map(WidthLevel::name).collect(Collectors.joining(", ")));
    }

    private static double number(Object given) {
        if (given instanceof Number n) {
            return n.doubleValue();
        }
        try {
            return Double.parseDouble(given.toString());
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static Goal goal(String text) {
        if (text.length() > 200) {
            throw InferenceException.invalid("parameter goal is too long: at most 200 characters");
        }
        try {
            return Goal.parse(text);
        } catch (UserException e) {
            throw new InferenceException(Refusal.INVALID, "parameter goal: " + e.getMessage(), e);
        }
    }

    private List<Plan.Wanted> wanted(InferRequest r) {
        List<Plan.Wanted> out = new ArrayList<>();
        Map<String, Integer> index = new HashMap<>();
        for (int i = 0; i < info.outputs().size(); i++) {
            index.put(info.outputs().get(i).name(), i);
            if (r.outputs().isEmpty()) {
                out.add(new Plan.Wanted(i, TensorType.FP32, 0));
            }
        }
        for (InferRequest.Output o : r.outputs()) {
            Integer i = index.remove(o.name());
            if (i == null) {
                throw InferenceException.invalid("model " + info.name() + " has no output " + shown(o.name())
                        + ", or it is asked for twice; it gives "
                        + info.outputs().stream().map(ModelInfo.Tensor::name).collect(Collectors.joining(", ")));
            }
            out.add(new Plan.Wanted(i, type(o), classes(o, info.outputs().get(i))));
        }
        return out;
    }

    private static TensorType type(InferRequest.Output o) {
        Object type = o.parameters().get(Parameters.DATATYPE);
        TensorType t = type == null ? TensorType.FP32 : TensorType.of(type.toString());
        if (!SENT.contains(t)) {
            throw InferenceException.invalid(
                    "output " + shown(o.name()) + " can be sent as FP32, FP16, BF16 or INT8, not " + t);
        }
        return t;
    }

    private static int classes(InferRequest.Output o, ModelInfo.Tensor tensor) {
        Object k = o.parameters().get(Parameters.CLASSIFICATION);
        if (k == null) {
            return 0;
        }
        boolean scores = tensor.shape().length == 2;
        double n = number(k);
        if (!scores || !(n >= 1) || n > Integer.MAX_VALUE) {
            throw InferenceException.invalid("parameter classification of output " + shown(o.name())
                    + (scores ? " must be at least 1" : ": the output is no list of scores"));
        }
        return (int) Math.min((long) n, tensor.shape()[1]);
    }
}
