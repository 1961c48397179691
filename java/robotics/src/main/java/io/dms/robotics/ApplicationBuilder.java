package io.dms.robotics;

import io.dms.control.Goal;
import io.dms.model.ModelDigest;
import io.dms.model.Profile;
import io.dms.model.ProfileFile;
import io.dms.model.ProfileFit;
import io.dms.model.ScalableModel;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.PowerMode;
import io.dms.monitor.SystemFiles;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.file.Path;
import java.util.Collections;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an {@link Application} will be made of. Everything but the model may be left out: then it is the {@code cpu}
 * backend, one image a call, the predictive controller, no goal but accuracy, and a short measurement of the levels at
 * opening. Not thread-safe.
 */
public final class ApplicationBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationBuilder.class);

    private final ScalableModel model;
    private String name;
    private @Nullable Backend chosen;
    private SessionOptions session = SessionOptions.DEFAULT.withYielding(true);
    private Goal goal = Goal.NONE;
    private ControllerFactory controllers;
    private @Nullable BoardFeed board;
    private @Nullable BoardMonitor monitor;
    private LongSupplier clock = System::nanoTime;
    private @Nullable Profile profile;

    ApplicationBuilder(ScalableModel model) {
        this.model = model;
        this.name = model.name();
        this.controllers = Controllers.find("predictive");
    }

    /** A name for people, where the model's does not do. */
    public ApplicationBuilder name(String name) {
        this.name = name;
        return this;
    }

    /**
     * What runs it, by name as on the command line; {@code cpu} where none is named.
     *
     * @throws io.dms.model.UserException if no backend of this name is on the class path
     */
    public ApplicationBuilder backend(String name) {
        return backend(Backends.find(name));
    }

    /** What runs it. */
    public ApplicationBuilder backend(Backend backend) {
        this.chosen = backend;
        return this;
    }

    /**
     * Batch, threads, weights; one image, all cores and a bank without bound where this is not called. A robot's cores are
     * shared: without {@link SessionOptions#yielding} a call waits for those that other processes hold.
     */
    public ApplicationBuilder session(SessionOptions session) {
        this.session = session;
        return this;
    }

    /**
     * What is asked for, in words: {@code p95<=30ms accuracy>=0.85}; without a goal the full width runs.
     *
     * @throws io.dms.model.UserException if the words are no goal
     */
    public ApplicationBuilder goal(String goal) {
        return goal(Goal.parse(goal));
    }

    /** What is asked for. */
    public ApplicationBuilder goal(Goal goal) {
        this.goal = goal;
        return this;
    }

    /**
     * What each level costs, from {@code dms profile}. Where no profile is given, a short one is measured at opening:
     * 150 ms for each level, or 20 calls of it where those take longer.
     *
     * @throws io.dms.model.UserException if the file is no profile
     */
    public ApplicationBuilder profile(Path file) {
        return profile(ProfileFile.read(file));
    }

    /** What each level costs. */
    public ApplicationBuilder profile(Profile profile) {
        this.profile = profile;
        return this;
    }

    /**
     * Who picks the level, by name: {@code predictive} (where none is named), {@code feedback}, {@code step},
     * {@code fixed:0.5}.
     *
     * @throws io.dms.model.UserException if there is none of this name
     */
    public ApplicationBuilder controller(String name) {
        return controller(Controllers.find(name));
    }

    /** Who picks the level. */
    public ApplicationBuilder controller(ControllerFactory controllers) {
        this.controllers = controllers;
        return this;
    }

    /**
     * The board's monitor, which tells the controller power, clocks and throttling before each call, and events ahead of
     * their effects. The caller's: started and closed by it, after the application was closed.
     */
    public ApplicationBuilder monitor(BoardMonitor monitor) {
        this.monitor = monitor;
        return this;
    }

    /** What the controller is told of the board before each call, in place of a monitor. */
    public ApplicationBuilder board(BoardFeed board) {
        this.board = board;
        return this;
    }

    /** Another clock than {@link System#nanoTime()}, for tests. */
    public ApplicationBuilder clock(LongSupplier clock) {
        this.clock = clock;
        return this;
    }

    String name() {
        return name;
    }

    Goal goal() {
        return goal;
    }

    ControllerFactory controllers() {
        return controllers;
    }

    BoardFeed feed(Profile.Point point) {
        if (board != null) {
            return board;
        }
        return monitor == null ? BoardFeed.NONE : new MonitorFeed(monitor, point);
    }

    @Nullable
    BoardMonitor monitor() {
        return monitor;
    }

    LongSupplier clock() {
        return clock;
    }

    /**
     * Opens the session, measures the levels where no profile was given, and prepares all of them.
     *
     * @throws io.dms.model.UserException if the backend can't run the model, or the profile is of another one
     * @throws io.dms.model.EnvironmentException if a library or device is missing
     */
    public Application open() {
        Backend backend = chosen == null ? Backends.find("cpu") : chosen;
        Session opened = backend.open(model, session);
        try {
            Profile given = profile;
            Profile.Board here = ThisBoard.read(SystemFiles.ofThisMachine(), backend, mode());
            Profile used = given == null ? measured(opened, backend, here) : given;
            ProfileFit.Running running = new ProfileFit.Running(
                    ModelDigest.of(model),
                    backend.name(),
                    opened.options().precision().word(),
                    opened.options().batch(),
                    opened.options().threads(),
                    here);
            ProfileFit fit = ProfileFit.of(used, running).orThrow();
            if (fit.verdict() != ProfileFit.Verdict.FITS) {
                LOG.warn(fit.sentence());
            }
            return new Application(this, opened, used, fit, given == null);
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    private @Nullable String mode() {
        BoardMonitor m = monitor;
        PowerMode mode = m == null ? null : m.snapshot().powerMode();
        return mode == null ? null : mode.name();
    }

    private Profile measured(Session opened, Backend backend, Profile.Board here) {
        Profiler profiler = new Profiler(opened, model.levels(), ProfileOptions.QUICK);
        profiler.latencies(() -> false, share -> {});
        return profiler.profile(
                backend.name(), here, null, Collections.nCopies(model.levels().size(), null));
    }
}
