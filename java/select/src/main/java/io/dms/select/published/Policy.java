package io.dms.select.published;

import io.dms.model.UserException;
import io.dms.select.Selector;
import io.dms.select.sample.Candidate;
import io.dms.select.sample.SampleTable;
import java.util.List;

/** What a user wants where no model is expected to be right, or where the choice is not trusted. */
final class Policy {
    private Policy() {}

    /**
     * Which candidate that means.
     *
     * @param policy {@code refuse}, {@code cheapest}, {@code best}, or an id
     * @param rows samples that say which candidate is best
     * @return its index, or {@link Selector#REFUSE}
     * @throws UserException where it means none
     */
    static int resolve(String policy, SampleTable table, int[] rows) {
        List<Candidate> candidates = table.candidates();
        return switch (policy) {
            case "refuse" -> Selector.REFUSE;
            case "cheapest" -> cheapest(candidates);
            case "best" -> best(table, rows);
            default -> {
                int named = index(policy, candidates);
                if (named < 0) {
                    throw new UserException("there is no candidate " + policy + " to fall back on; there are "
                            + String.join(
                                    ", ", candidates.stream().map(Candidate::id).toList())
                            + ", and refuse, cheapest and best");
                }
                yield named;
            }
        };
    }

    private static int cheapest(List<Candidate> candidates) {
        int cheapest = 0;
        for (int c = 1; c < candidates.size(); c++) {
            if (candidates.get(c).millis() < candidates.get(cheapest).millis()) {
                cheapest = c;
            }
        }
        return cheapest;
    }

    private static int best(SampleTable table, int[] rows) {
        int best = 0;
        int most = -1;
        for (int c = 0; c < table.candidates().size(); c++) {
            int right = 0;
            for (int row : rows) {
                right += table.correct(row, c) ? 1 : 0;
            }
            if (right > most) {
                most = right;
                best = c;
            }
        }
        return best;
    }

    private static int index(String id, List<Candidate> candidates) {
        for (int c = 0; c < candidates.size(); c++) {
            if (candidates.get(c).id().equals(id)) {
                return c;
            }
        }
        return -1;
    }

    /** The name of a resolved policy, for files. */
    static String name(int resolved, List<Candidate> candidates) {
        return resolved == Selector.REFUSE ? "refuse" : candidates.get(resolved).id();
    }

    /** What {@link #name} gave; -1 where there is no such candidate. */
    static int of(String name, List<Candidate> candidates) {
        return name.equals("refuse") ? Selector.REFUSE : index(name, candidates);
    }
}
