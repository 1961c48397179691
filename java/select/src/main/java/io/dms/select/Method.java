package io.dms.select;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way to learn a selector. Not thread-safe. */
public interface Method {
    /** Short name for people, reports and files. */
    String name();

    /**
     * Learns from some samples, and from no other.
     *
     * @param rows indices of the samples to learn from, in the order of the stream
     * @param seed of whatever is random; the same seed gives the same selector
     * @throws io.dms.model.UserException where these samples can't teach it
     */
    Learned learn(TrainingData data, int[] rows, long seed);

    /** What was learned. */
    interface Learned {
        /**
         * Settings from cheapest to best, at least one; {@link #selector} takes an index of it. A method without a dial has
         * one setting.
         */
        List<String> settings();

        /** A selector for one stream. */
        Selector selector(int setting);

        /** What a setting is expected to give on inputs like those it was learned from; null where that is not known. */
        default @Nullable Expected expected(int setting) {
            return null;
        }

        /** The setting to take where nobody says which. */
        default int usual() {
            return settings().size() - 1;
        }

        /** What a selector file keeps of it, apart from provenance and candidates, which the file adds itself. */
        ObjectNode json();
    }

    /**
     * What a setting is expected to give.
     *
     * @param accuracy share of right answers, where a refusal is none
     * @param millis mean time of the candidates that run for one input
     */
    record Expected(double accuracy, double millis) {}
}
