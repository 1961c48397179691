package io.dms.cli.report;

import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.sim.Experiments.Row;
import io.dms.schedule.sim.Tally;
import java.time.Instant;
import java.util.List;

/**
 * What {@code dms schedule simulate} found.
 *
 * @param published whether the catalog is the one of the publication, so that its figures may stand beside ours
 * @param location rows whose group is the joules of sending and whose x the share of the stream in a context
 * @param caching rows whose x is the load rate in megabytes for a request
 * @param outages of the day's link: pairs of seconds
 * @param computedSeconds what simulating took
 */
public record ScheduleResult(
        String version,
        String command,
        Instant date,
        String catalogName,
        Catalog catalog,
        boolean published,
        int requests,
        int traces,
        long seed,
        double computedSeconds,
        boolean interrupted,
        List<Row> caching,
        List<Row> location,
        List<Tally> day,
        List<double[]> outages) {
    /** The day's figures in the form of the other experiments'. */
    List<Row> dayRows() {
        return day.stream()
                .map(t -> new Row(0, 0, io.dms.schedule.sim.Summary.of(List.of(t))))
                .toList();
    }
}
