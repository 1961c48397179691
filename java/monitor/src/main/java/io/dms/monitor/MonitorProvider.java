package io.dms.monitor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a source where the machine has what it needs. Found through {@link java.util.ServiceLoader}; stateless. */
public interface MonitorProvider {
    /** The name of the source that it makes. */
    String name();

    /** Opens the source, or says in one sentence why it can't. Throws nothing. */
    Opening open(MonitorOptions options);

    /** Opens all its sources, for those that have several. */
    default List<Opening> openAll(MonitorOptions options) {
        return List.of(open(options));
    }

    /**
     * What came of opening a source.
     *
     * @param source the source, or null
     * @param refusal why there is none, one sentence for people; null where there is one
     */
    record Opening(@Nullable MonitorSource source, @Nullable String refusal) {
        /** A source that opened. */
        public static Opening of(MonitorSource source) {
            return new Opening(source, null);
        }

        /** No source, and why. */
        public static Opening refused(String why) {
            return new Opening(null, why);
        }
    }
}
