package io.dms.cli.monitor;

import io.dms.monitor.BoardMonitor;
import io.dms.monitor.PowerMode;
import io.dms.monitor.Quantity;
import io.dms.monitor.Sensor;
import io.dms.monitor.Snapshot;
import io.dms.monitor.TotalPower;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A monitor's readings as Prometheus metrics. What is absent has no sample: never a zero. */
final class Prometheus {
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private record Gauge(String name, String help) {}

    private static final Map<Quantity, Gauge> GAUGES = Map.ofEntries(
            Map.entry(Quantity.POWER, new Gauge("dms_power_watts", "Power of a rail or device.")),
            Map.entry(Quantity.VOLTAGE, new Gauge("dms_voltage_volts", "Voltage of a rail.")),
            Map.entry(Quantity.CURRENT, new Gauge("dms_current_amperes", "Current of a rail.")),
            Map.entry(Quantity.FREQUENCY, new Gauge("dms_clock_hertz", "Clock now.")),
            Map.entry(Quantity.FREQUENCY_CAP, new Gauge("dms_clock_cap_hertz", "Highest clock that is allowed now.")),
            Map.entry(
                    Quantity.FREQUENCY_FLOOR, new Gauge("dms_clock_floor_hertz", "Lowest clock that is allowed now.")),
            Map.entry(Quantity.LOAD, new Gauge("dms_load_ratio", "Share of time busy, 0 to 1.")),
            Map.entry(Quantity.TEMPERATURE, new Gauge("dms_temperature_celsius", "Temperature.")),
            Map.entry(Quantity.MEMORY, new Gauge("dms_memory_used_bytes", "Memory in use.")),
            Map.entry(Quantity.STATE, new Gauge("dms_state", "A condition: 1 while it holds.")),
            Map.entry(Quantity.THROTTLE, new Gauge("dms_throttle", "1 while something is slowed for heat or current.")),
            Map.entry(Quantity.SPEED, new Gauge("dms_fan_rpm", "Revolutions per minute.")));
    private static final Map<Quantity, Gauge> COUNTERS = Map.of(
            Quantity.ENERGY, new Gauge("dms_energy_joules", "Energy since some start."),
            Quantity.COUNT, new Gauge("dms_occurrences", "How often something happened since some start."));

    private Prometheus() {}

    static void write(OutputStream out, BoardMonitor monitor, Snapshot snapshot) throws IOException {
        PrometheusTextFormatWriter.create().write(out, metrics(monitor, snapshot), EscapingScheme.UNDERSCORE_ESCAPING);
    }

    private static MetricSnapshots metrics(BoardMonitor monitor, Snapshot s) {
        List<MetricSnapshot> all = new ArrayList<>();
        all.add(gauge("dms_board_info", "The board that is watched.", Labels.of("board", monitor.board()), 1));
        TotalPower total = monitor.total();
        if (total != null && !Double.isNaN(s.totalWatts())) {
            all.add(gauge(
                    "dms_total_power_watts",
                    "Total power by the board's rule.",
                    Labels.of("scope", total.scope().label(), "rule", total.rule()),
                    s.totalWatts()));
        }
        all.add(gauge(
                "dms_throttled",
                "1 while the board is slowed for heat, current or power.",
                Labels.EMPTY,
                s.throttled() ? 1 : 0));
        PowerMode mode = s.powerMode();
        if (mode != null) {
            all.add(gauge(
                    "dms_power_mode_info",
                    "The power mode.",
                    Labels.of("id", Integer.toString(mode.id()), "name", mode.name()),
                    1));
        }
        GAUGES.forEach((quantity, what) -> {
            GaugeSnapshot.Builder gauge =
                    GaugeSnapshot.builder().name(what.name()).help(what.help());
            if (points(
                    monitor,
                    s,
                    quantity,
                    (labels, v) -> gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                            .labels(labels)
                            .value(v)
                            .build()))) {
                all.add(gauge.build());
            }
        });
        COUNTERS.forEach((quantity, what) -> {
            CounterSnapshot.Builder counter =
                    CounterSnapshot.builder().name(what.name()).help(what.help());
            if (points(
                    monitor,
                    s,
                    quantity,
                    (labels, v) -> counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                            .labels(labels)
                            .value(Math.max(0, v))
                            .build()))) {
                all.add(counter.build());
            }
        });
        return new MetricSnapshots(all);
    }

    private interface Points {
        void add(Labels labels, double value);
    }

    /** True where there was any. */
    private static boolean points(BoardMonitor monitor, Snapshot s, Quantity quantity, Points points) {
        boolean any = false;
        for (int i = 0; i < s.sensors().size(); i++) {
            Sensor sensor = s.sensors().get(i);
            if (sensor.quantity() == quantity && !Double.isNaN(s.value(i))) {
                points.add(
                        Labels.of(
                                "source", monitor.sourceOf(i),
                                "sensor", sensor.name(),
                                "scope", sensor.scope().label()),
                        s.value(i));
                any = true;
            }
        }
        return any;
    }

    private static GaugeSnapshot gauge(String name, String help, Labels labels, double value) {
        return GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(value)
                        .build())
                .build();
    }
}
