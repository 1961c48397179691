package io.dms.robotics;

import io.dms.control.Controller;
import io.dms.control.Goal;
import io.dms.control.Moment;
import io.dms.control.Outcome;
import io.dms.model.EnvironmentException;
import io.dms.model.Profile;
import io.dms.model.ProfileFit;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorEvent;
import io.dms.runtime.Session;
import io.dms.runtime.Turn;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model that keeps a goal: before each call its controller picks the width level, afterwards it learns how long the
 * call took. Owns its session until it is closed.
 *
 * <p>Threads: {@link #infer}, {@link #close} and the opening of a {@link Mailbox} belong to one thread at a time, and a
 * second one is refused by an IllegalStateException;
 * {@link #goal(Goal)} and {@link #on} may be called from any thread and take effect before the next call. While a mailbox
 * is open, its thread alone infers.
 *
 * <p>Buffers are the caller's: direct, of native byte order, as {@link Session} takes them. They are neither copied nor
 * kept, so one pair serves all calls. A call allocates nothing on the Java heap.
 *
 * <p>A level at which the backend fails is left out from then on, and the frame is tried again at another one;
 * {@link #failures()} tells.
 */
public final class Application implements AutoCloseable {
    private static final long NO_BOUNDS = -1;
    private static final Logger LOG = LoggerFactory.getLogger(Application.class);

    private final String name;
    private final ScalableModel model;
    private final Session session;
    private final Profile profile;
    private final ProfileFit fit;
    private final boolean profiledAtOpening;
    private final ControllerFactory factory;
    private final BoardFeed board;
    private final @Nullable BoardMonitor monitor;
    private final Consumer<MonitorEvent> hear = this::on;
    private final LongSupplier clock;
    private final WidthLevel[] levels;
    private final boolean[] failed;
    private final List<String> failures = new ArrayList<>();
    private final FloatBuffer[] oneInput = new FloatBuffer[1];
    private final FloatBuffer[] oneOutput = new FloatBuffer[1];
    private final BufferCheck buffers;
    private final Moment moment = new Moment();
    private final Outcome outcome = new Outcome();
    private final Served served;
    private final Turn turn;
    private final ConcurrentLinkedQueue<MonitorEvent> events = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Goal wanted;
    private volatile long bounds = NO_BOUNDS;
    private volatile boolean paused;
    private volatile Consumer<Outcome> observer = outcome -> {};
    private volatile Goal goal;
    private long boundNanos;
    private Controller controller;
    private volatile @Nullable Mailbox mailbox;
    private boolean closed;

    Application(ApplicationBuilder b, Session session, Profile profile, ProfileFit fit, boolean profiledAtOpening) {
        this.name = b.name();
        this.model = session.model();
        this.session = session;
        this.profile = profile;
        this.fit = fit;
        this.profiledAtOpening = profiledAtOpening;
        this.factory = b.controllers();
        this.board = b.feed(profile.points().get(fit.point()));
        this.monitor = b.monitor();
        this.clock = b.clock();
        this.levels = Levels.of(model, profile);
        this.failed = new boolean[levels.length];
        this.buffers = new BufferCheck(model.graph(), session.options().batch());
        this.served = new Served(levels);
        this.turn = new Turn("the application " + name);
        this.goal = b.goal();
        this.boundNanos = boundNanos(goal);
        this.controller = factory.create(profile, fit, goal);
        for (WidthLevel level : levels) {
            session.prepare(level);
        }
        if (monitor != null) {
            monitor.addListener(hear);
        }
    }

    /** What will be an application of a model. */
    public static ApplicationBuilder of(ScalableModel model) {
        return new ApplicationBuilder(model);
    }

    /**
     * What will be an application of a model file.
     *
     * @throws UserException if the file is no model
     */
    public static ApplicationBuilder of(Path model) {
        return new ApplicationBuilder(ScalableModelFile.readAny(model, io.dms.model.onnx.ImportOptions.DEFAULT));
    }

    /** Its name, for people: the model's unless another was given. */
    public String name() {
        return name;
    }

    /** The model. */
    public ScalableModel model() {
        return model;
    }

    /** What each level costs here. */
    public Profile profile() {
        return profile;
    }

    /** What the profile is worth on this board, and which of its operating points holds. */
    public ProfileFit fit() {
        return fit;
    }

    /** True where no profile was given, so that a short one was measured at opening. */
    public boolean profiledAtOpening() {
        return profiledAtOpening;
    }

    /** The session, for figures; calls belong to {@link #infer}. */
    public Session session() {
        return session;
    }

    /** The goal that holds, or will hold from the next call on. */
    public Goal goal() {
        Goal next = wanted;
        return next == null ? goal : next;
    }

    /** The controller that decides now, for figures. */
    public Controller controller() {
        return controller;
    }

    /** Asks for something else from the next call on. Any thread. */
    public void goal(Goal goal) {
        wanted = goal;
    }

    /** As {@link #goal(Goal)}, in words: {@code p95<=30ms accuracy>=0.85}. */
    public void goal(String goal) {
        goal(Goal.parse(goal));
    }

    /** Tells the controller what happened on the board, before the next call. Any thread. */
    public void on(MonitorEvent event) {
        events.add(event);
    }

    /** Keeps choices between two levels from the next call on: how a board is shared. Any thread. */
    void bound(int widest, int narrowest) {
        bounds = (long) widest << 32 | narrowest;
    }

    /** Whether frames are to be left out for now, so that others keep their goals. Any thread. */
    void paused(boolean paused) {
        this.paused = paused;
    }

    boolean paused() {
        return paused;
    }

    /** Tells somebody else, too, what came of each call, in the thread that infers; the object is reused. */
    void observer(Consumer<Outcome> observer) {
        this.observer = observer;
    }

    /** The levels that failed, one sentence each. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** One inference of a frame that is due now. See {@link #infer(FloatBuffer, FloatBuffer, long)}. */
    public Served infer(FloatBuffer input, FloatBuffer output) {
        return infer(input, output, clock.getAsLong());
    }

    /**
     * One inference, at a level that keeps the goal if one can.
     *
     * @param input batch x input shape elements
     * @param output batch x output shape elements
     * @param scheduledNanos when the frame was due, on the clock of {@link System#nanoTime()}: its latency counts from
     *     there, so that time spent waiting is not lost from sight
     * @return what came of it, filled anew at the next call
     * @throws UserException if a buffer is not direct or too small
     * @throws EnvironmentException if every level failed
     * @throws IllegalStateException if the application is closed, another thread is in a call, or a mailbox is open and
     *     another thread than its own calls
     */
    public Served infer(FloatBuffer input, FloatBuffer output, long scheduledNanos) {
        begin();
        try {
            oneInput[0] = input;
            oneOutput[0] = output;
            return serve(oneInput, oneOutput, scheduledNanos, 0);
        } finally {
            turn.end();
        }
    }

    /**
     * One inference of a model with several inputs or outputs, in the order of the graph.
     *
     * @param waiting frames that wait behind this one
     */
    public Served infer(FloatBuffer[] inputs, FloatBuffer[] outputs, long scheduledNanos, int waiting) {
        begin();
        try {
            return serve(inputs, outputs, scheduledNanos, waiting);
        } finally {
            turn.end();
        }
    }

    private void begin() {
        Mailbox box = mailbox;
        if (box != null && !box.isWorker()) {
            throw new IllegalStateException("frames of " + name + " go through its mailbox while that is open");
        }
        turn.begin();
    }

    private Served serve(FloatBuffer[] inputs, FloatBuffer[] outputs, long scheduledNanos, int waiting) {
        if (closed) {
            throw new IllegalStateException("the application " + name + " is closed");
        }
        buffers.check(inputs, outputs);
        takeChanges();
        for (int retries = 0; ; retries++) {
            long now = clock.getAsLong();
            moment.frame(now, scheduledNanos, waiting);
            board.fill(moment);
            int level = usable(controller.choose(moment));
            long start = clock.getAsLong();
            boolean ok = run(level, inputs, outputs);
            long end = clock.getAsLong();
            controller.observe(outcome.set(level, scheduledNanos, start, end, Double.NaN, !ok));
            observer.accept(outcome);
            if (ok) {
                served.set(level, scheduledNanos, start, end, end - scheduledNanos > boundNanos, retries);
                return served;
            }
        }
    }

    private void takeChanges() {
        Goal next = wanted;
        if (next != null) {
            wanted = null;
            goal = next;
            boundNanos = boundNanos(next);
            if (!controller.goal(next)) {
                controller = factory.create(profile, fit, next);
            }
        }
        long share = bounds;
        if (share != NO_BOUNDS) {
            bounds = NO_BOUNDS;
            controller.bound((int) (share >> 32), (int) share);
        }
        for (MonitorEvent e = events.poll(); e != null; e = events.poll()) {
            controller.on(e);
        }
    }

    private static long boundNanos(Goal goal) {
        Double millis = goal.latencyMillis();
        return millis == null ? Long.MAX_VALUE : Math.round(millis * 1e6);
    }

    private boolean run(int level, FloatBuffer[] inputs, FloatBuffer[] outputs) {
        try {
            session.run(levels[level], inputs, outputs);
            return true;
        } catch (RuntimeException e) {
            failed[level] = true;
            String text =
                    "level " + levels[level].name() + " of " + name + " failed and is left out: " + e.getMessage();
            failures.add(text);
            LOG.warn(text);
            if (usable(level) == level) {
                throw new EnvironmentException(
                        "every level of " + name + " failed, the last one, " + levels[level].name() + ", with: "
                                + e.getMessage(),
                        e);
            }
            return false;
        }
    }

    /** The level itself, or where it failed the next narrower one that did not, or the next wider one. */
    private int usable(int level) {
        for (int l = level; l < failed.length; l++) {
            if (!failed[l]) {
                return l;
            }
        }
        for (int l = level - 1; l >= 0; l--) {
            if (!failed[l]) {
                return l;
            }
        }
        return level;
    }

    /**
     * Opens the way to infer from other threads: one worker thread takes the frames from a mailbox.
     *
     * @param policy what happens to frames that have to wait
     * @param capacity most frames that wait, 1 where the newest wins
     * @throws IllegalStateException if there is one already
     */
    public Mailbox mailbox(MailboxPolicy policy, int capacity) {
        if (closed || mailbox != null) {
            throw new IllegalStateException("the application " + name + (closed ? " is closed" : " has a mailbox"));
        }
        Mailbox box = new Mailbox(this, policy, capacity, clock);
        mailbox = box;
        box.start();
        return box;
    }

    void mailboxClosed() {
        mailbox = null;
    }

    /** Latency bound of the goal in nanoseconds, {@link Long#MAX_VALUE} where there is none. */
    long boundNanos() {
        return boundNanos(goal());
    }

    /**
     * Closes the mailbox, where there is one, then the session. Idempotent.
     *
     * @throws IllegalStateException if another thread is in a call
     */
    @Override
    public void close() {
        Mailbox box = mailbox;
        if (box != null) {
            box.close();
        }
        turn.begin();
        try {
            closed = true;
            if (monitor != null) {
                monitor.removeListener(hear);
            }
            session.close();
        } finally {
            turn.end();
        }
    }
}
