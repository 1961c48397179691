package io.dms.serve.protocol;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a model's requests on a server (the statistics extension), since the server began.
 *
 * @param name of the model
 * @param version of it
 * @param last when the last inference ended, or null where there was none
 * @param inferences images that were inferred
 * @param executions runs of the model, each of one image or more
 * @param success requests that were answered, from arrival to answer
 * @param fail requests that were refused or failed, likewise
 * @param queue waiting for a turn
 * @param input bringing inputs into the model's form
 * @param infer running it
 * @param output bringing outputs into the answer's form
 */
public record ModelFigures(
        String name,
        String version,
        @Nullable Instant last,
        long inferences,
        long executions,
        Total success,
        Total fail,
        Total queue,
        Total input,
        Total infer,
        Total output) {
    /**
     * How often something happened, and for how long in all.
     *
     * @param nanos of all of them together
     */
    public record Total(long count, long nanos) {
        /** Seconds of one in the mean, NaN where there was none. */
        public double meanSeconds() {
            return count == 0 ? Double.NaN : nanos / 1e9 / count;
        }
    }
}
