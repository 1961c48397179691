package io.dms.cli.report;

import io.dms.cli.catalog.RunAccount;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code dms schedule run} did, and how.
 *
 * @param rate requests per second
 * @param context that the stream was in, or null
 * @param facts of the machine and the run, for people
 */
public record ScheduleRunResult(
        String version,
        String command,
        Instant date,
        String catalogName,
        double rate,
        @Nullable String context,
        long seed,
        boolean interrupted,
        Map<String, String> facts,
        RunAccount account) {}
