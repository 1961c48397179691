package io.dms.cli;

import io.dms.cli.run.RunResult;
import io.dms.cli.run.SimulatedRun;
import io.dms.control.Goal;
import io.dms.model.UserException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a run on a simulated board. */
final class RunSimulated {
    private static final Pattern RATE = Pattern.compile("synthetic:(\\d{1,6}(?:\\.\\d{1,6})?)");
    private static final double DEFAULT_RATE = 30;
    private static final double DEFAULT_SECONDS = 60;

    @Option(
            names = "--simulate",
            paramLabel = "BOARD",
            description = "Simulate a board in place of running anything, with networks made up in the proportions of"
                    + " published ones: tx2, xavier-nx, orin-nano, processor. All figures are of models, not measured.")
    private @Nullable String board;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            description = "What happens to the simulated board: calm, step, stairs, bursts, ramp, wander, clocks,"
                    + " co-runner (default: stairs).")
    private @Nullable String scenario;

    boolean wanted() {
        if (board == null && scenario != null) {
            throw new UserException("--scenario is for simulated boards: give --simulate BOARD, too");
        }
        return board != null;
    }

    RunResult run(
            Console console,
            String command,
            Instant date,
            RunStreams streams,
            List<String> against,
            @Nullable Duration duration,
            long seed) {
        if (streams.firstModel() != null) {
            throw new UserException("--simulate brings its own networks: leave out MODEL and --config");
        }
        if (streams.hasProfile()) {
            throw new UserException("--simulate brings its own profiles: leave out --profile");
        }
        List<Double> rates = new ArrayList<>();
        for (String source : streams.sources()) {
            Matcher m = RATE.matcher(source);
            if (!m.matches() || Double.parseDouble(m.group(1)) <= 0) {
                throw new UserException("a simulation takes sources of the form synthetic:FPS, not \"" + source + "\"");
            }
            rates.add(Double.parseDouble(m.group(1)));
        }
        if (rates.isEmpty()) {
            rates.add(DEFAULT_RATE);
        }
        List<Goal> goals = streams.goals();
        List<String> controllers = new ArrayList<>();
        controllers.add(streams.controller());
        controllers.addAll(against);
        double seconds = duration == null ? DEFAULT_SECONDS : duration.toNanos() / 1e9;
        return new SimulatedRun(board == null ? "" : board, scenario == null ? "stairs" : scenario, seconds, seed)
                .run(command, date, Version.dms(), rates, goals, controllers, console::cancelled);
    }
}
