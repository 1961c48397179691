package io.dms.schedule.sim;

import io.dms.schedule.Reason;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Means over several traces of what one scheduler made of them. Shares are of all requests.
 *
 * @param scheduler its name
 * @param traces how many
 * @param requests of all traces
 * @param served answered in time
 * @param leastServed of one trace
 * @param mostServed of one trace
 * @param degraded served by less than the best variant
 * @param late answered too late
 * @param refused by reason
 * @param accuracy over all requests, 0 for one that was not served
 * @param accuracyServed of those that were; NaN for none
 * @param joulesServed for each that was, loading included; NaN for none
 * @param joules of a trace
 * @param dollars of a trace
 * @param loads for a request
 * @param lastServedSeconds when the last was; NaN for none
 */
public record Summary(
        String scheduler,
        int traces,
        int requests,
        double served,
        double leastServed,
        double mostServed,
        double degraded,
        double late,
        Map<Reason, Double> refused,
        double accuracy,
        double accuracyServed,
        double joulesServed,
        double joules,
        double dollars,
        double loads,
        double lastServedSeconds) {
    /** Of tallies of one scheduler. */
    public static Summary of(List<Tally> tallies) {
        int requests = tallies.stream().mapToInt(Tally::requests).sum();
        Map<Reason, Double> refused = new EnumMap<>(Reason.class);
        tallies.forEach(t -> t.refused().forEach((why, n) -> refused.merge(why, (double) n / requests, Double::sum)));
        return new Summary(
                tallies.get(0).scheduler(),
                tallies.size(),
                requests,
                mean(tallies, Tally::servedShare),
                tallies.stream().mapToDouble(Tally::servedShare).min().orElse(Double.NaN),
                tallies.stream().mapToDouble(Tally::servedShare).max().orElse(Double.NaN),
                tallies.stream().mapToDouble(Tally::degraded).sum() / requests,
                tallies.stream().mapToDouble(Tally::late).sum() / requests,
                refused,
                mean(tallies, Tally::accuracy),
                mean(tallies, Tally::accuracyServed),
                mean(tallies, Tally::joulesServed),
                mean(tallies, Tally::joules),
                mean(tallies, Tally::dollars),
                tallies.stream().mapToDouble(Tally::loads).sum() / requests,
                mean(tallies, Tally::lastServedSeconds));
    }

    private static double mean(List<Tally> tallies, ToDoubleFunction<Tally> what) {
        return tallies.stream().mapToDouble(what).average().orElse(Double.NaN);
    }
}
