package io.dms.cli.run;

import io.dms.cli.machine.Machine;
import io.dms.cli.run.RunResult.Energy;
import io.dms.cli.run.RunResult.Note;
import io.dms.cli.run.RunResult.Pass;
import io.dms.cli.run.RunResult.Sample;
import io.dms.cli.run.RunResult.Span;
import io.dms.cli.run.RunResult.StreamRun;
import io.dms.control.Controller;
import io.dms.control.CoordinatorOptions;
import io.dms.control.Feasibility;
import io.dms.control.Goal;
import io.dms.control.GoalStatus;
import io.dms.control.sim.Application;
import io.dms.control.sim.BoardModel;
import io.dms.control.sim.Boards;
import io.dms.control.sim.CoordinatedBoard;
import io.dms.control.sim.Disturbance;
import io.dms.control.sim.Late;
import io.dms.control.sim.ModelProfiles;
import io.dms.control.sim.Recorder;
import io.dms.control.sim.Scenario;
import io.dms.control.sim.Scripts;
import io.dms.control.sim.Simulation;
import io.dms.model.Profile;
import io.dms.model.ProfileFit;
import io.dms.model.UserException;
import io.dms.monitor.SystemFiles;
import io.dms.robotics.Controllers;
import io.dms.robotics.Trace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs the controllers of real streams on a simulated board, faster than real time. */
public final class SimulatedRun {
    private static final int QUEUE = 4;
    private static final double MOST_SECONDS = 86_400;
    private static final double COORDINATOR_SECONDS = 0.5;

    private final String boardName;
    private final String scenario;
    private final double seconds;
    private final long seed;

    /**
     * @param boardName {@code tx2}, {@code xavier-nx}, {@code orin-nano} or {@code processor}
     * @param scenario a name of {@link Scripts}
     */
    public SimulatedRun(String boardName, String scenario, double seconds, long seed) {
        this.boardName = boardName;
        this.scenario = scenario;
        this.seconds = seconds;
        this.seed = seed;
        if (!(seconds > 0 && seconds <= MOST_SECONDS)) {
            throw new UserException("a simulation lasts at most a day: " + seconds + " s");
        }
    }

    private BoardModel board() {
        return switch (boardName) {
            case "tx2" -> Boards.tx2Like();
            case "xavier-nx" -> Boards.xavierNxLike();
            case "orin-nano" -> Boards.orinNanoLike();
            case "processor" -> Boards.processor(4);
            default ->
                throw new UserException("there is no simulated board \"" + boardName
                        + "\"; there are: tx2, xavier-nx, orin-nano, processor");
        };
    }

    private List<Disturbance> script(BoardModel board) {
        Map<String, List<Disturbance>> all = Scripts.all(seconds, board);
        List<Disturbance> found = all.get(scenario);
        if (found == null) {
            throw new UserException(
                    "there is no scenario \"" + scenario + "\"; there are: " + String.join(", ", all.keySet()));
        }
        return found;
    }

    private static Profile network(BoardModel board, int i) {
        return switch (i % 3) {
            case 0 -> ModelProfiles.resnet50(board, 22);
            case 1 -> ModelProfiles.mobilenetV2(board, 9);
            default -> ModelProfiles.yolo(board, 26);
        };
    }

    /** A bound at 1.3 times what the second level takes. */
    private static Goal usual(Profile profile) {
        double millis = 1.3 * profile.levels().get(1).latency().p50();
        return Goal.parse(String.format(java.util.Locale.ROOT, "p95<=%.1fms", millis));
    }

    /**
     * Simulates one pass for each controller.
     *
     * @param rates of the sources; one for all streams, or one for each
     * @param goals likewise; none for a bound that the second level keeps
     */
    public RunResult run(
            String command,
            Instant date,
            String version,
            List<Double> rates,
            List<Goal> goals,
            List<String> controllers,
            BooleanSupplier cancelled) {
        BoardModel board = board();
        int n = Math.max(rates.size(), Math.max(1, goals.size()));
        if ((rates.size() != 1 && rates.size() != n) || (goals.size() > 1 && goals.size() != n)) {
            throw new UserException("there are " + rates.size() + " sources for " + goals.size() + " goals");
        }
        controllers.forEach(Controllers::find);
        long begun = System.nanoTime();
        List<Pass> passes = new ArrayList<>();
        for (String controller : controllers) {
            if (!cancelled.getAsBoolean()) {
                passes.add(pass(board, controller, n, rates, goals));
            }
        }
        String what = board.name() + ", scenario " + scenario + ", seed " + seed
                + (coordinated(controllers.get(0), n) ? ", applications coordinated" : "")
                + "; networks and board are models, nothing was measured";
        return new RunResult(
                command,
                date,
                version,
                what,
                (System.nanoTime() - begun) / 1e9,
                "simulated",
                Machine.read(SystemFiles.ofThisMachine()),
                board.name(),
                board.modes().get(0).name(),
                passes,
                cancelled.getAsBoolean());
    }

    /** Several applications share the board by a coordinator, where their controllers can be led at all. */
    private static boolean coordinated(String controller, int applications) {
        return applications > 1 && Controllers.led(controller);
    }

    private Pass pass(BoardModel board, String name, int n, List<Double> rates, List<Goal> goals) {
        Recorder recorder = new Recorder();
        List<Controller> made = new ArrayList<>();
        List<Application> applications = new ArrayList<>();
        List<Disturbance> script = script(board);
        Scenario.Builder builder =
                Scenario.on(board).seed(seed).seconds(seconds).disturb(script).watch(recorder);
        for (int i = 0; i < n; i++) {
            Profile profile = network(board, i);
            Goal goal = goals.isEmpty() ? usual(profile) : goals.get(goals.size() == 1 ? 0 : i);
            ProfileFit fit = new ProfileFit(ProfileFit.Verdict.FITS, 0, "the simulated network's own profile");
            Controller controller = Controllers.find(name).create(profile, fit, goal);
            made.add(controller);
            Application app = Application.of(
                            profile.model() + (i < 3 ? "" : "-" + (i + 1)),
                            profile,
                            goal,
                            rates.get(rates.size() == 1 ? 0 : i),
                            truth -> controller)
                    .withQueue(QUEUE, Late.SKIP_LATE);
            applications.add(app);
            builder.application(app);
        }
        if (coordinated(name, n)) {
            CoordinatedBoard coordinator = new CoordinatedBoard(board, applications, CoordinatorOptions.DEFAULT);
            builder.watch(coordinator).supervise(COORDINATOR_SECONDS, coordinator);
        }
        Simulation simulation = builder.build().run();
        List<StreamRun> runs = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            runs.add(stream(applications.get(i), i, name, made.get(i), recorder));
        }
        List<Sample> samples = recorder.samples().stream()
                .map(s -> new Sample(s.nanos() / 1e9, s.watts(), s.hertz(), Double.NaN, s.celsius()))
                .toList();
        List<Note> notes = recorder.events().stream()
                .map(e -> new Note(e.atNanos() / 1e9, e.text()))
                .toList();
        return new Pass(
                name,
                seconds,
                runs,
                spans(script),
                samples,
                notes,
                new Energy(simulation.boardJoules(), Double.NaN, "board model", null));
    }

    private List<Span> spans(List<Disturbance> script) {
        return script.stream()
                .filter(d -> d.fromNanos() < seconds * 1e9)
                .map(d -> new Span(
                        d.describe(),
                        d.fromNanos() / 1e9,
                        Math.min(seconds, d.toNanos() / 1e9),
                        d.kind() == Disturbance.Kind.SLOW
                                || d.kind() == Disturbance.Kind.CLOCK_CAP
                                || d.kind() == Disturbance.Kind.CO_RUNNER))
                .toList();
    }

    private static StreamRun stream(Application app, int index, String name, Controller controller, Recorder recorder) {
        Trace trace = new Trace(1 << 20);
        Double millis = app.goal().latencyMillis();
        long bound = millis == null ? Long.MAX_VALUE : Math.round(millis * 1e6);
        List<Recorder.Frame> frames = recorder.frames().stream()
                .filter(f -> f.application() == index && !f.failed())
                .sorted((a, b) -> Long.compare(a.endNanos(), b.endNanos()))
                .toList();
        for (Recorder.Frame f : frames) {
            trace.add(
                    f.scheduledNanos(),
                    f.startNanos(),
                    f.endNanos(),
                    f.dropped() ? Trace.DROPPED : f.level(),
                    bound,
                    f.dropped() || f.latencyNanos() > bound);
        }
        GoalStatus feasible = Feasibility.of(app.goal(), app.profile(), 0);
        GoalStatus status = controller.status();
        return new StreamRun(
                app.name(),
                app.profile().model(),
                "simulated, " + app.framesPerSecond() + " frames/s",
                app.goal(),
                name,
                1,
                1,
                app.profile(),
                0,
                false,
                trace,
                0,
                0,
                List.of(),
                sentence(feasible),
                sentence(status));
    }

    private static @Nullable String sentence(GoalStatus status) {
        return status.kind() == GoalStatus.Kind.KEPT ? null : status.sentence();
    }
}
