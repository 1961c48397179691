package io.dms.select.nested;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.select.Method;
import io.dms.select.Selector;
import io.dms.select.sample.Candidate;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the nested method learned: its states, and the settings of its dial. Immutable; selectors share it. */
public final class NestedModel implements Method.Learned {
    private final List<Candidate> candidates;
    private final int classes;
    private final List<State> states;
    private final List<Setting> settings;
    private final int usual;
    private final @Nullable State[] byMask;
    private final int[] embedding;

    /**
     * A place of the dial.
     *
     * @param price share of right answers that a millisecond is worth; infinite at the cheap end
     * @param start the candidate to begin with
     * @param expected what it gave on samples that its states had not learned from
     */
    record Setting(double price, int start, Method.Expected expected) {}

    NestedModel(List<Candidate> candidates, int classes, List<State> states, List<Setting> settings, int usual) {
        this.candidates = List.copyOf(candidates);
        this.classes = classes;
        this.states = List.copyOf(states);
        this.settings = List.copyOf(settings);
        this.usual = usual;
        byMask = new State[1 << candidates.size()];
        embedding = new int[candidates.size()];
        for (State s : states) {
            byMask[s.mask()] = s;
            if (s.embedding() > 0) {
                embedding[Integer.numberOfTrailingZeros(s.mask())] = s.embedding();
            }
        }
    }

    List<Candidate> candidates() {
        return candidates;
    }

    int classes() {
        return classes;
    }

    List<State> states() {
        return states;
    }

    List<Setting> places() {
        return settings;
    }

    @Nullable
    State state(int mask) {
        return byMask[mask];
    }

    int embedding(int candidate) {
        return embedding[candidate];
    }

    int mostEmbedding() {
        int most = 0;
        for (int e : embedding) {
            most = Math.max(most, e);
        }
        return most;
    }

    @Override
    public List<String> settings() {
        return java.util.stream.IntStream.range(0, settings.size())
                .mapToObj(i -> String.format(Locale.ROOT, "%.2f", (double) i / Math.max(1, settings.size() - 1)))
                .toList();
    }

    @Override
    public Selector selector(int setting) {
        Setting s = settings.get(setting);
        return new NestedSelector(this, s.price(), s.start());
    }

    @Override
    public Method.Expected expected(int setting) {
        return settings.get(setting).expected();
    }

    /** The cheapest setting that is expected to be right more often than the best candidate alone, by a standard error. */
    @Override
    public int usual() {
        return usual;
    }

    @Override
    public ObjectNode json() {
        return NestedFile.json(this);
    }
}
