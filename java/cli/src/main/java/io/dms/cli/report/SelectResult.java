package io.dms.cli.report;

import io.dms.select.evaluate.Report;
import io.dms.select.sample.Origin;
import java.time.Instant;

/**
 * An evaluation of selectors, and where it comes from.
 *
 * @param version of DMS
 * @param command as it was typed
 * @param date when
 * @param file the samples
 * @param origin of the samples
 * @param imageMillis median time of the features of one image, 0 where there are none
 * @param seed of folds' methods and bootstrap
 * @param report the figures
 */
public record SelectResult(
        String version,
        String command,
        Instant date,
        String file,
        Origin origin,
        double imageMillis,
        long seed,
        Report report) {}
