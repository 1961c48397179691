package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The compiler's step that searches levels, where that was asked for. */
final class SearchedLevels {
    /** A level this much slower than its budget is worth a warning. */
    private static final double SLOW = 1.05;

    private SearchedLevels() {}

    /**
     * @param uniform the model with uniform levels
     * @param refusal why there is no sample
     * @return the levels that were found, widest first; empty where none were asked for
     */
    static List<SearchedLevel> find(
            ScalableModel uniform,
            CompileOptions options,
            Backend backend,
            @Nullable ImageSample sample,
            String refusal,
            CompileListener listener) {
        SearchOptions search = options.search();
        if (search == null) {
            return List.of();
        }
        if (sample == null) {
            throw new UserException("levels can't be searched: " + refusal);
        }
        LevelTimer timer = new LevelTimer(uniform, backend, search.threads());
        Candidates.Losses losses = Candidates.measured(uniform, backend, sample.first(search.images()));
        return new LevelSearch(uniform, options.roundTo(), search, timer::millis, losses, listener)
                .search(uniform.levels());
    }

    /** A sentence for each level that is slower than it was to be. */
    static List<String> warnings(List<SearchedLevel> levels, @Nullable SearchOptions search) {
        List<String> out = new ArrayList<>();
        List<Double> budgets = search == null ? List.of() : search.budgets();
        for (int l = 1; l < levels.size(); l++) {
            SearchedLevel s = levels.get(l);
            double budget = budgets.isEmpty() ? s.uniformMillis() : budgets.get(l - 1);
            if (s.millis() > SLOW * budget) {
                out.add(String.format(
                        Locale.ROOT,
                        "level %s takes %.3f ms, more than its %.3f ms: no cut makes it faster",
                        s.level().name(),
                        s.millis(),
                        budget));
            }
        }
        return out;
    }

    /** How levels were chosen, for the model's record. */
    static String describe(@Nullable SearchOptions search) {
        if (search == null) {
            return "uniform";
        }
        return "searched on " + search.images() + " images for "
                + (search.budgets().isEmpty() ? "the uniform levels' times" : search.budgets() + " ms");
    }
}
