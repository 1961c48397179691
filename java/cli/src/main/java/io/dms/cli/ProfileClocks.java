package io.dms.cli;

import io.dms.model.Profile;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.actuate.ActuatorOptions;
import io.dms.robotics.BoardClocks;
import io.dms.robotics.ProfileOptions;
import io.dms.robotics.Profiler;
import io.dms.runtime.Session;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Measures a profile's operating points at pinned clocks of the GPU, highest first. */
final class ProfileClocks {
    private static final double MHZ = 1e6;

    private final Console console;
    private final BoardMonitor monitor;
    private final ProfileOptions options;

    /** @param monitor started */
    ProfileClocks(Console console, BoardMonitor monitor, ProfileOptions options) {
        this.console = console;
        this.monitor = monitor;
        this.options = options;
    }

    /**
     * Looks whether clocks can be measured at all, before anything else is.
     *
     * @throws UserException if what is wanted is no clock, or none of the board's
     * @throws io.dms.model.EnvironmentException if no clock can be set here
     */
    static void check(BoardMonitor monitor, List<String> wanted) {
        if (!wanted.equals(List.of("all"))) {
            wanted.forEach(ProfileClocks::number);
        }
        try (BoardClocks clocks = BoardClocks.open(ActuatorOptions.defaults().permit(true), monitor)) {
            choose(wanted, clocks.offers());
        }
    }

    /**
     * Measures; the clocks are put back at the end, whatever happens.
     *
     * @param wanted {@code all}, or clocks in MHz
     * @param accuracies of the levels, which no clock changes
     * @return one point for each clock, null where it was cancelled
     */
    @Nullable
    List<Profile.Point> measure(
            List<String> wanted,
            Session session,
            List<WidthLevel> levels,
            Profile.Board board,
            List<@Nullable Double> accuracies) {
        List<Profile.Point> points = new ArrayList<>();
        try (BoardClocks clocks = BoardClocks.open(ActuatorOptions.defaults().permit(true), monitor)) {
            for (long hertz : choose(wanted, clocks.offers())) {
                clocks.pin(hertz);
                String name = String.format(Locale.ROOT, "GPU at %.0f MHz", hertz / MHZ);
                Profiler profiler = new Profiler(session, levels, options);
                ProfileCommand.latencies(console, profiler, name, levels.size(), options.duration());
                if (console.cancelled()) {
                    return null;
                }
                Double idle = new ProfileEnergy(console, monitor)
                        .measure(profiler, levels.size(), session.options().batch(), ProfileCommand.ENERGY_TIME);
                if (console.cancelled()) {
                    return null;
                }
                points.add(profiler.point(name, board.powerMode(), hertz, idle, accuracies));
            }
        }
        return points;
    }

    /** The offers that are meant, highest first. */
    static List<Long> choose(List<String> wanted, List<Long> offers) {
        if (wanted.equals(List.of("all"))) {
            List<Long> all = new ArrayList<>(offers);
            Collections.reverse(all);
            return all;
        }
        TreeSet<Long> out = new TreeSet<>(Collections.reverseOrder());
        for (String text : wanted) {
            out.add(offers.stream()
                    .filter(f -> Math.abs(f / MHZ - number(text)) < 1)
                    .findFirst()
                    .orElseThrow(() -> new UserException("--gpu-clocks: this board offers no " + text + " MHz, but "
                            + String.join(
                                    ", ",
                                    offers.stream()
                                            .map(f -> String.format(Locale.ROOT, "%.0f", f / MHZ))
                                            .toList()))));
        }
        return new ArrayList<>(out);
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new UserException(
                    "--gpu-clocks must be all, or clocks in MHz as in 306,612, but is \"" + text + "\"");
        }
    }
}
