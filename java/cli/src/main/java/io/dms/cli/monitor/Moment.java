package io.dms.cli.monitor;

import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.monitor.Snapshot;
import java.time.Instant;

/**
 * What is shown at one moment.
 *
 * @param monitor what the snapshot is of
 * @param snapshot the values
 * @param energy the energy since the command began
 * @param time the time of day
 * @param seconds since the command began
 */
public record Moment(BoardMonitor monitor, Snapshot snapshot, EnergyWindow energy, Instant time, double seconds) {}
