package io.dms.select;

import io.dms.select.sample.Candidate;
import java.util.List;

/**
 * Says which candidate to run next on an input, given what was seen of it so far, or that the answer seen so far stands, or
 * that none will do. One selector serves one stream, one thread at a time. Reads no clock; allocates nothing in any of
 * {@link #next}, {@link #answer}, {@link #sureness} and {@link #finish}.
 *
 * <p>The order of calls for one input: {@link Seen#begin}, then {@link #next} until it is {@link #STOP} or {@link #REFUSE},
 * after each candidate's run {@link Seen#ran}; then {@link #answer}, and {@link #finish} at the end.
 */
public interface Selector {
    /** The answer seen so far stands. */
    int STOP = -1;

    /** No candidate will do: the input goes without an answer, and what ran of it is of no use. */
    int REFUSE = -2;

    /** Short name for people and reports, as in {@code nested} or {@code published}. */
    String name();

    /** What it was trained to choose from; the indices of {@link Seen} and {@link #next} are of this list. */
    List<Candidate> candidates();

    /** Whether {@link Seen#image} must be filled before the first {@link #next}. */
    boolean readsImage();

    /** Whether {@link Seen#embedding} of a candidate must be filled when it ran. */
    boolean readsEmbedding(int candidate);

    /**
     * The candidate to run next, or {@link #STOP} or {@link #REFUSE}. While nothing ran it never stops: where no candidate
     * is done within the time that is left it names the fastest one, and who calls decides whether late is better than
     * never.
     */
    int next(Seen seen);

    /** The class that stands once {@link #next} stopped; at least one candidate ran. */
    default int answer(Seen seen) {
        return seen.answer(seen.last());
    }

    /** How likely {@link #answer} is right, 0 to 1. */
    default double sureness(Seen seen) {
        return seen.confidence(seen.last());
    }

    /** An input is done: what may be learned of the stream's recent past. */
    default void finish(Seen seen) {}

    /** Takes another setting of {@link Method.Learned#settings} from the next input on; nothing where there is no dial. */
    default void turn(int setting) {}

    /** Another stream begins: the recent past is forgotten. */
    default void restart() {}
}
