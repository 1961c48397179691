package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the fastest way to compute one layer with what follows it, among the legacy algorithm and the plans that libraries
 * propose for its offers. A plan that is refused, wants too much memory, can't be recorded or gives another result than the legacy
 * algorithm is passed over; a tie keeps the legacy algorithm.
 */
final class PlanSearch {
    private static final Logger LOG = LoggerFactory.getLogger(PlanSearch.class);
    /** For each fusion; as many as PyTorch's own search tries by default. */
    private static final int MOST_WAYS = 10;
    /** Among these those are looked for that take ranges of channels without a copy. */
    private static final int MOST_PROPOSALS = 64;

    private final Stopwatch stopwatch;
    private final long workspace;
    private final double tolerance;

    /**
     * What was found.
     *
     * @param plan the caller's to close
     * @param micros how long it takes
     */
    record Found(Offer offer, Recipe way, Prepared plan, double micros) {}

    /**
     * @param workspace bytes of scratch memory that a plan may want
     * @param tolerance the most that a plan's result may differ from the legacy one, over the largest value
     */
    PlanSearch(Stopwatch stopwatch, long workspace, double tolerance) {
        this.stopwatch = stopwatch;
        this.workspace = workspace;
        this.tolerance = tolerance;
    }

    /**
     * The fastest plan, or null where the legacy algorithm is as fast.
     *
     * @param trial which has seen the legacy algorithm's result
     * @param legacy runs it, with all that it does behind it
     * @param work address of the scratch memory
     */
    @Nullable
    Found search(String step, List<? extends Offer> offers, Trial trial, Runnable legacy, long work) {
        double least = stopwatch.micros(legacy);
        Found best = null;
        try {
            for (Offer offer : offers) {
                for (Recipe way : ways(offer)) {
                    Found other = tried(step, offer, way, trial, work, least);
                    if (other != null) {
                        least = other.micros;
                        close(best);
                        best = other;
                    }
                }
            }
        } catch (RuntimeException | Error e) {
            close(best);
            throw e;
        }
        return best;
    }

    /**
     * What to try of an offer. Of images that are ranges, ways without room for a copy of one go first: the others do inside
     * what other offers do, and the copy of those is shared.
     */
    List<? extends Recipe> ways(Offer offer) {
        long copy = offer.leastCopied();
        if (copy == Long.MAX_VALUE) {
            return offer.propose(MOST_WAYS, workspace);
        }
        List<Recipe> first = new ArrayList<>();
        List<Recipe> later = new ArrayList<>();
        for (Recipe way : offer.propose(MOST_PROPOSALS, workspace)) {
            (scratch(offer, way) < copy ? first : later).add(way);
        }
        first.addAll(later);
        return first.subList(0, Math.min(MOST_WAYS, first.size()));
    }

    /** Bytes of scratch memory; as much as there can be where a way is refused. */
    private long scratch(Offer offer, Recipe way) {
        try (Prepared plan = offer.make(way)) {
            return plan.workspace();
        } catch (DeviceException e) {
            if (!e.isRefusal()) {
                throw e;
            }
            return Long.MAX_VALUE;
        }
    }

    private static void close(@Nullable Found f) {
        if (f != null) {
            f.plan.close();
        }
    }

    /** Null where it is no better. */
    private @Nullable Found tried(String step, Offer offer, Recipe way, Trial trial, long work, double least) {
        Prepared plan = null;
        String why;
        try {
            plan = offer.make(way);
            if (plan.workspace() > workspace) {
                why = "wants " + plan.workspace() + " bytes of scratch memory";
            } else {
                Prepared p = plan;
                Runnable run = () -> offer.run(p, work);
                double error = trial.error(run);
                if (error <= tolerance) {
                    double micros = stopwatch.micros(run);
                    if (micros < least) {
                        plan = null;
                        return new Found(offer, way, p, micros);
                    }
                    why = Double.isNaN(micros) ? "can't be recorded" : "takes " + micros + " us";
                } else {
                    why = "is off by " + error;
                }
            }
        } catch (DeviceException e) {
            if (!e.isRefusal()) {
                throw e;
            }
            why = "is refused: " + e.getMessage();
        } finally {
            if (plan != null) {
                plan.close();
            }
        }
        LOG.debug("node {}: {} {}", step, way, why);
        return null;
    }
}
