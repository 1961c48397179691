package io.dms.serve;

import io.dms.serve.Statistics.Part;
import io.dms.serve.Statistics.Total;
import io.dms.serve.wire.InferBatchStatistics;
import io.dms.serve.wire.InferStatistics;
import io.dms.serve.wire.ModelStatistics;
import io.dms.serve.wire.StatisticDuration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Statistics as the protocol's users know them, as a message and as JSON. */
final class StatisticsForms {
    private StatisticsForms() {}

    static ModelStatistics proto(ServedModel m) {
        Statistics.Snapshot s = m.statistics().snapshot();
        ModelStatistics.Builder out = ModelStatistics.newBuilder()
                .setName(m.info().name())
                .setVersion(ServedModel.VERSION)
                .setLastInference(s.lastMillis())
                .setInferenceCount(s.inferences())
                .setExecutionCount(s.executions())
                .setInferenceStats(InferStatistics.newBuilder()
                        .setSuccess(of(s.parts(), Part.SUCCESS))
                        .setFail(of(s.parts(), Part.FAIL))
                        .setQueue(of(s.parts(), Part.QUEUE))
                        .setComputeInput(of(s.parts(), Part.INPUT))
                        .setComputeInfer(of(s.parts(), Part.INFER))
                        .setComputeOutput(of(s.parts(), Part.OUTPUT)));
        s.batches()
                .forEach((batch, parts) -> out.addBatchStats(InferBatchStatistics.newBuilder()
                        .setBatchSize(batch)
                        .setComputeInput(of(parts, Part.INPUT))
                        .setComputeInfer(of(parts, Part.INFER))
                        .setComputeOutput(of(parts, Part.OUTPUT))));
        return out.build();
    }

    private static StatisticDuration of(Map<Part, Total> parts, Part part) {
        Total t = parts.getOrDefault(part, new Total());
        return StatisticDuration.newBuilder().setCount(t.count).setNs(t.nanos).build();
    }

    /** The object of REST; {@code dms_levels} tells how many requests each level answered. */
    static Map<String, Object> json(List<ServedModel> models) {
        List<Object> all = new ArrayList<>();
        for (ServedModel m : models) {
            Statistics.Snapshot s = m.statistics().snapshot();
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", m.info().name());
            one.put("version", ServedModel.VERSION);
            one.put("last_inference", s.lastMillis());
            one.put("inference_count", s.inferences());
            one.put("execution_count", s.executions());
            one.put("inference_stats", parts(s.parts(), Part.values()));
            List<Object> batches = new ArrayList<>();
            s.batches().forEach((batch, own) -> {
                Map<String, Object> b = new LinkedHashMap<>();
                b.put("batch_size", batch);
                b.putAll(parts(own, Part.INPUT, Part.INFER, Part.OUTPUT));
                batches.add(b);
            });
            one.put("batch_stats", batches);
            one.put("dms_levels", s.levels());
            all.add(one);
        }
        return Map.of("model_stats", all);
    }

    private static Map<String, Object> parts(Map<Part, Total> from, Part... which) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (Part p : which) {
            Total t = from.getOrDefault(p, new Total());
            String name = switch (p) {
                case SUCCESS -> "success";
                case FAIL -> "fail";
                case QUEUE -> "queue";
                case INPUT -> "compute_input";
                case INFER -> "compute_infer";
                case OUTPUT -> "compute_output";
            };
            out.put(name, Map.of("count", t.count, "ns", t.nanos));
        }
        return out;
    }
}
