package io.dms.select;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

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

        /** What a selector file keeps of it, apart from provenance and candidates, which the file adds itself. */
        ObjectNode json();
    }
}
