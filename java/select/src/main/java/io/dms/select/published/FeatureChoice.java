package io.dms.select.published;

import io.dms.model.UserException;
import io.dms.select.learn.Dataset;
import io.dms.select.learn.Folds;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which features a selector reads: filter, then elimination. Elimination judges by nearest neighbours whatever learns in
 * the end, so that variants of the method that are compared on the same samples read the same features; it is the longest
 * part of training, and is done once for all variants that share this object. Thread-safe.
 */
final class FeatureChoice {
    /**
     * What was chosen.
     *
     * @param filtered by correlation
     * @param eliminated by accuracy; its features are read
     */
    record Result(FeatureFilter.Result filtered, FeatureElimination.Result eliminated) {}

    /** All that a result depends on. Rows are the same where they are the same arrays, which a table's are. */
    private record Key(List<Object> rows, List<Integer> classes, PublishedOptions probe, long seed) {}

    private final Map<Key, Result> known = new HashMap<>();

    /**
     * Chooses.
     *
     * @param data training rows, with the optimum as class
     * @throws UserException where no feature varies
     */
    synchronized Result choose(Dataset data, PublishedOptions options, long seed) {
        PublishedOptions probe = options.probe();
        Key key = new Key(
                List.of((Object[]) data.x()), Arrays.stream(data.y()).boxed().toList(), probe, seed);
        Result result = known.get(key);
        if (result == null) {
            result = compute(data, probe, seed);
            known.put(key, result);
        }
        return result;
    }

    private static Result compute(Dataset data, PublishedOptions probe, long seed) {
        FeatureFilter.Result filtered = FeatureFilter.filter(data, probe.correlation());
        if (filtered.kept().length == 0) {
            throw new UserException("no feature varies: all of " + String.join(", ", data.names())
                    + " are constant over the samples; there is nothing to learn from");
        }
        // what is left out for time is left out by chance
        Dataset some = data.rows(Folds.sample(data.size(), probe.eliminationRows(), seed));
        return new Result(
                filtered,
                FeatureElimination.eliminate(
                        some,
                        filtered.kept(),
                        probe.tolerance(),
                        probe.features(),
                        d -> CrossValidation.accuracy(d, probe, seed)));
    }
}
