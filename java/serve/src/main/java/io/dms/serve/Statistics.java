package io.dms.serve;

import java.util.Map;
import java.util.TreeMap;

/** What became of a model's requests (the statistics extension). Thread-safe. */
final class Statistics {
    /** How often something happened, and for how long in all. */
    static final class Total {
        long count;
        long nanos;

        void add(long spent) {
            count++;
            nanos += Math.max(0, spent);
        }

        Total copy() {
            Total t = new Total();
            t.count = count;
            t.nanos = nanos;
            return t;
        }
    }

    /** The parts of a request's time. */
    enum Part {
        /** Answered, from arrival to answer. */
        SUCCESS,
        /** Refused or failed, likewise. */
        FAIL,
        /** Waited for a worker. */
        QUEUE,
        /** Brought the inputs into the form of the backend. */
        INPUT,
        /** Ran the model. */
        INFER,
        /** Brought the outputs into the form of the answer. */
        OUTPUT
    }

    /** A copy of all figures at one time. */
    record Snapshot(
            long lastMillis,
            long inferences,
            long executions,
            Map<Part, Total> parts,
            Map<Integer, Map<Part, Total>> batches,
            Map<String, Long> levels) {}

    private final Map<Part, Total> parts = new TreeMap<>();
    private final Map<Integer, Map<Part, Total>> batches = new TreeMap<>();
    private final Map<String, Long> levels = new TreeMap<>();
    private long lastMillis;
    private long inferences;
    private long executions;

    private static void add(Map<Part, Total> to, Part part, long nanos) {
        to.computeIfAbsent(part, p -> new Total()).add(nanos);
    }

    /** A request was answered. */
    synchronized void answered(
            int batch, String level, long nowMillis, long total, long queue, long input, long infer, long output) {
        lastMillis = nowMillis;
        inferences += batch;
        executions++;
        add(parts, Part.SUCCESS, total);
        add(parts, Part.QUEUE, queue);
        add(parts, Part.INPUT, input);
        add(parts, Part.INFER, infer);
        add(parts, Part.OUTPUT, output);
        Map<Part, Total> own = batches.computeIfAbsent(batch, b -> new TreeMap<>());
        add(own, Part.INPUT, input);
        add(own, Part.INFER, infer);
        add(own, Part.OUTPUT, output);
        levels.merge(level, 1L, Long::sum);
    }

    /** A request was not answered. */
    synchronized void failed(long nanos) {
        add(parts, Part.FAIL, nanos);
    }

    synchronized Snapshot snapshot() {
        Map<Integer, Map<Part, Total>> copied = new TreeMap<>();
        batches.forEach((b, m) -> copied.put(b, copy(m)));
        return new Snapshot(lastMillis, inferences, executions, copy(parts), copied, new TreeMap<>(levels));
    }

    private static Map<Part, Total> copy(Map<Part, Total> from) {
        Map<Part, Total> out = new TreeMap<>();
        for (Part p : Part.values()) {
            Total t = from.get(p);
            out.put(p, t == null ? new Total() : t.copy());
        }
        return out;
    }
}
