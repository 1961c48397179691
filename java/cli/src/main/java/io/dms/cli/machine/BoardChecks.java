package io.dms.cli.machine;

import io.dms.cli.machine.Check.State;
import io.dms.model.DmsException;
import io.dms.monitor.Absence;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.Snapshot;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.TotalPower;
import io.dms.monitor.actuate.Actuator;
import io.dms.monitor.actuate.ActuatorOptions;
import io.dms.monitor.actuate.Setting;
import io.dms.monitor.jetson.ClockPinning;
import io.dms.monitor.jetson.PowerModes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sensors, clocks, power mode, and what may be set; changes nothing and waits for no device. */
final class BoardChecks {
    private static final long PATIENCE_NANOS = 400_000_000;
    private static final String PERMISSIONS = "sudo jetson-setup/setup permissions, then log in anew";

    private final SystemFiles files;
    private final ActuatorOptions actuation;

    BoardChecks(SystemFiles files, ActuatorOptions actuation) {
        this.files = files;
        this.actuation = actuation;
    }

    /** What can be measured here. */
    List<Check> sensors() {
        List<Check> out = new ArrayList<>();
        try (BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT.withRoot(files.root()))) {
            monitor.start();
            Snapshot snapshot = firstValues(monitor);
            out.add(power(monitor, snapshot));
            out.add(found(monitor, snapshot));
            monitor.refusals().forEach((source, why) -> {
                if (!source.equals("recording")) {
                    out.add(Check.missing("source " + source, why));
                }
            });
        }
        return out;
    }

    /** A snapshot as soon as every sensor said something, at the latest after a moment. */
    private static Snapshot firstValues(BoardMonitor monitor) {
        Snapshot snapshot = monitor.snapshot();
        long end = System.nanoTime() + PATIENCE_NANOS;
        try {
            while (System.nanoTime() < end && waits(snapshot)) {
                Thread.sleep(10);
                monitor.latest(snapshot);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return snapshot;
    }

    private static boolean waits(Snapshot s) {
        for (int i = 0; i < s.sensors().size(); i++) {
            if (s.absence(i) == Absence.NOT_YET) {
                return true;
            }
        }
        return false;
    }

    private static Check power(BoardMonitor monitor, Snapshot s) {
        TotalPower total = monitor.total();
        if (total == null) {
            return new Check(
                    "power sensor",
                    State.MISSING,
                    "none on this machine: energy and power stay empty",
                    "power is measured by a Jetson's own rails, or by RAPL on a PC; no setting can add one");
        }
        String rule = total.scope().label() + ", " + total.rule();
        Absence why = s.totalAbsence();
        return why == null
                ? Check.ok("power sensor", String.format(Locale.ROOT, "%.2f W now (%s)", s.totalWatts(), rule))
                : new Check(
                        "power sensor",
                        State.WARNING,
                        rule + ", but no value now: " + why.reason(),
                        why == Absence.FORBIDDEN ? "ask its owner for read permission" : "see dms monitor");
    }

    private static Check found(BoardMonitor monitor, Snapshot s) {
        Map<String, Integer> sources = new LinkedHashMap<>();
        Map<String, Integer> reasons = new TreeMap<>();
        for (int i = 0; i < s.sensors().size(); i++) {
            sources.merge(monitor.sourceOf(i), 1, Integer::sum);
            Absence why = s.absence(i);
            if (why != null && why != Absence.ONE_SAMPLE) {
                reasons.merge(why.reason(), 1, Integer::sum);
            }
        }
        String finding = sources.isEmpty()
                ? "none"
                : sources.entrySet().stream()
                        .map(e -> e.getValue() + " of " + e.getKey())
                        .collect(Collectors.joining(", "));
        if (!reasons.isEmpty()) {
            finding += "; without a value now: "
                    + reasons.entrySet().stream()
                            .map(e -> e.getValue() + " " + e.getKey())
                            .collect(Collectors.joining(", "));
        }
        boolean forbidden = reasons.containsKey(Absence.FORBIDDEN.reason());
        return forbidden
                ? new Check(
                        "sensors",
                        State.WARNING,
                        finding,
                        "those without permission are for root alone; nothing needs them")
                : sources.isEmpty() ? Check.missing("sensors", finding) : Check.ok("sensors", finding);
    }

    /** Clocks pinned or not, and the power mode. */
    List<Check> clocks() {
        List<Check> out = new ArrayList<>();
        ClockPinning pinning = ClockPinning.read(files);
        String gpu = words("GPU", pinning.gpu());
        String cpu = words("CPU", pinning.cpu());
        if (gpu == null && cpu == null) {
            out.add(Check.ok("clocks", "the kernel does not tell"));
        } else {
            String finding = gpu == null ? cpu : cpu == null ? gpu : gpu + ", " + cpu;
            boolean pinned = !Boolean.FALSE.equals(pinning.gpu()) && !Boolean.FALSE.equals(pinning.cpu());
            out.add(new Check(
                    "clocks",
                    State.OK,
                    String.valueOf(finding),
                    pinned ? null : "for benchmarks that compare: sudo jetson-setup/setup clocks (on a Jetson)"));
        }
        PowerModes modes = PowerModes.read(files);
        if (modes != null) {
            String offers = modes.modes().stream()
                    .map(m -> m.name() + " (" + m.id() + ")")
                    .collect(Collectors.joining(", "));
            out.add(
                    modes.active() == null
                            ? new Check(
                                    "power mode", State.WARNING, "not known; there are " + offers, "sudo nvpmodel -q")
                            : Check.ok("power mode", modes.active().name() + "; there are " + offers));
        }
        return out;
    }

    private static @Nullable String words(String what, @Nullable Boolean pinned) {
        return pinned == null ? null : what + (pinned ? " pinned" : " free to move");
    }

    /** Which of the files that DMS would write it may write. */
    List<Check> permissions() {
        List<Check> out = new ArrayList<>();
        List<Setting> all = Actuator.settings(actuation);
        if (!all.isEmpty()) {
            Map<String, List<String>> ways = new LinkedHashMap<>();
            for (Setting s : all) {
                String way = s.way() == null
                        ? "not permitted"
                        : switch (s.way()) {
                            case FILE -> "writable";
                            case HELPER -> "by the helper";
                            case NVPMODEL -> "by nvpmodel";
                        };
                ways.computeIfAbsent(way, w -> new ArrayList<>()).add(s.name());
            }
            String finding = ways.entrySet().stream()
                    .map(e -> e.getKey() + ": " + String.join(" ", e.getValue()))
                    .collect(Collectors.joining("; "));
            boolean lacks = ways.containsKey("not permitted");
            out.add(new Check("permissions", lacks ? State.WARNING : State.OK, finding, lacks ? PERMISSIONS : null));
        }
        out.add(leftOver());
        return out;
    }

    private Check leftOver() {
        try {
            return switch (Actuator.leftOver(actuation)) {
                case NOTHING -> Check.ok("left over", "no clock or power mode that a killed process changed");
                case IN_USE -> Check.ok("left over", "a process sets clocks now, and puts them back when it ends");
                case LEFT ->
                    new Check(
                            "left over",
                            State.WARNING,
                            "a process was killed before it could put clocks or power mode back",
                            "dms doctor --restore");
            };
        } catch (DmsException e) {
            return new Check("left over", State.WARNING, String.valueOf(e.getMessage()), "dms doctor --restore");
        }
    }
}
