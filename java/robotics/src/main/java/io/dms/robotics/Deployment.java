package io.dms.robotics;

import io.dms.model.UserException;
import io.dms.monitor.BoardMonitor;
import io.dms.robotics.source.FrameSource;
import io.dms.robotics.source.Sources;
import io.dms.runtime.SessionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Several applications on one board, each with its source and a thread of its own; where there are two or more, a
 * coordinator shares the board among them, and chooses the GPU's clock where that is permitted. Owns applications and sources until it is closed. Used by one thread.
 */
public final class Deployment implements AutoCloseable {
    private static final int MOST_FRAMES_KEPT = 1 << 20;
    private static final long TICK_MILLIS = 100;

    /**
     * One application that is open.
     *
     * @param trace what happened to its frames; read it after {@link #run}
     */
    public record Stream(ApplicationSpec spec, Application application, FrameSource source, Trace trace) {}

    private final List<Stream> streams = new ArrayList<>();
    private final @Nullable Sharing sharing;
    private final @Nullable BoardClocks clocks;

    private Deployment(
            List<ApplicationSpec> specs,
            long seed,
            boolean endless,
            @Nullable BoardMonitor monitor,
            @Nullable BoardClocks clocks) {
        this.clocks = clocks;
        boolean led = specs.stream().anyMatch(spec -> Controllers.led(spec.controller()));
        try {
            for (ApplicationSpec spec : specs) {
                streams.add(open(spec, seed, endless, monitor));
            }
            if (clocks != null) {
                checkClocks();
            }
            sharing = led && (streams.size() > 1 || clocks != null) ? new Sharing(streams, monitor, clocks) : null;
        } catch (RuntimeException | Error e) {
            giveBack(e);
            throw e;
        }
    }

    /**
     * Opens everything: sources first, since those fail fast, then models, which are measured where no profile is given.
     *
     * @param seed of made-up frames and random arrivals
     * @param endless whether folders and videos begin anew when they end
     * @param monitor what the controllers are told of the board, null for nothing; the caller's
     * @param clocks lets the coordinator choose the GPU's clock together with the widths, null where it may not; the
     *     caller's
     * @throws UserException if the clock may be chosen and a profile does not tell what it does
     */
    public static Deployment open(
            List<ApplicationSpec> specs,
            long seed,
            boolean endless,
            @Nullable BoardMonitor monitor,
            @Nullable BoardClocks clocks) {
        if (specs.isEmpty()) {
            throw new UserException("a deployment needs at least one application");
        }
        return new Deployment(specs, seed, endless, monitor, clocks);
    }

    private void checkClocks() {
        for (Stream s : streams) {
            boolean told = s.application().profile().points().stream().anyMatch(p -> p.gpuHertz() != null);
            if (!told) {
                throw new UserException("the profile of " + s.spec().name()
                        + " does not tell what the GPU's clock does to it, so no clock can be"
                        + " chosen: measure one with \"dms profile --gpu-clocks all\" and"
                        + " give it");
            }
        }
    }

    private static Stream open(ApplicationSpec spec, long seed, boolean endless, @Nullable BoardMonitor monitor) {
        FrameSource source =
                Sources.open(spec.source(), Sources.options(spec.model(), spec.batch(), seed, endless, null));
        try {
            ApplicationBuilder builder = Application.of(spec.model())
                    .name(spec.name())
                    .backend(spec.backend())
                    .session(SessionOptions.DEFAULT
                            .withBatch(spec.batch())
                            .withThreads(spec.threads())
                            .withPrecision(spec.precision())
                            .withLaunch(spec.launch())
                            .withYielding(true))
                    .goal(spec.goal())
                    .controller(spec.controller());
            if (monitor != null) {
                builder.monitor(monitor);
            }
            if (spec.profile() != null) {
                builder.profile(spec.profile());
            }
            return new Stream(spec, builder.open(), source, new Trace(MOST_FRAMES_KEPT));
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    /** The applications, in the order in which they were given. */
    public List<Stream> streams() {
        return List.copyOf(streams);
    }

    /**
     * Serves all streams until each has ended, each in a thread of its own. Once; afterwards only figures can be asked for.
     *
     * @param startNanos when the schedules begin, on the clock of {@link System#nanoTime()}
     * @param mostFrames frames of each stream
     * @param mostNanos time from the start
     * @param stop asked by every stream before each frame
     * @param listeners makes what is told of each stream, in that stream's thread
     * @param tick called in the caller's thread about ten times a second; where it throws, all streams are stopped first
     * @throws io.dms.model.DmsException if a stream failed, after all others were stopped
     */
    public List<FrameLoop.End> run(
            long startNanos,
            long mostFrames,
            long mostNanos,
            BooleanSupplier stop,
            Function<Stream, FrameListener> listeners,
            Runnable tick) {
        CountDownLatch ended = new CountDownLatch(streams.size());
        AtomicBoolean failed = new AtomicBoolean();
        BooleanSupplier stopAll = () -> failed.get() || stop.getAsBoolean();
        List<Worker> threads = new ArrayList<>();
        for (Stream s : streams) {
            FrameLoop loop = new FrameLoop(s.application(), s.source(), s.spec().late(), s.trace(), listeners.apply(s));
            int index = threads.size();
            threads.add(
                    new Worker(s.spec().name(), () -> loop.run(startNanos, mostFrames, mostNanos, stopAll), well -> {
                        failed.compareAndSet(false, !well);
                        if (sharing != null) {
                            sharing.left(index);
                        }
                        ended.countDown();
                    }));
        }
        threads.forEach(t -> t.thread.start());
        try {
            watch(ended, failed, tick);
        } catch (RuntimeException | Error e) {
            // Whoever called may close everything now: nobody must be running on it then.
            failed.set(true);
            watch(ended, failed, () -> {});
            throw e;
        } finally {
            // All have said their last word; that their threads are gone, too, is a matter of a moment.
            threads.forEach(Worker::join);
        }
        return ends(threads);
    }

    /** Ticks until all streams have ended; an interruption ends them. */
    private void watch(CountDownLatch ended, AtomicBoolean failed, Runnable tick) {
        boolean interrupted = false;
        try {
            for (boolean over = false; !over; ) {
                try {
                    over = ended.await(TICK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                    failed.set(true);
                }
                Sharing shared = sharing;
                if (shared != null && !failed.get()) {
                    shared.tick(System.nanoTime());
                }
                tick.run();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static List<FrameLoop.End> ends(List<Worker> threads) {
        List<FrameLoop.End> ends = new ArrayList<>();
        Throwable first = null;
        for (Worker t : threads) {
            Throwable e = t.failure;
            first = also(first, e);
            ends.add(t.end);
        }
        if (first instanceof Error e) {
            throw e;
        }
        if (first instanceof RuntimeException e) {
            throw e;
        }
        return ends;
    }

    /** The first of two failures, which names the second. */
    private static @Nullable Throwable also(@Nullable Throwable first, @Nullable Throwable second) {
        if (first != null && second != null && first != second) {
            first.addSuppressed(second);
        }
        return first == null ? second : first;
    }

    /** One stream's thread. */
    private static final class Worker {
        private final Thread thread;
        private volatile FrameLoop.End end = FrameLoop.End.STOPPED;
        private volatile @Nullable Throwable failure;

        /** @param after told at the end whether all went well */
        Worker(String name, Supplier<FrameLoop.End> work, Consumer<Boolean> after) {
            thread = new Thread(
                    () -> {
                        boolean well = false;
                        try {
                            end = work.get();
                            well = true;
                        } catch (RuntimeException | Error e) {
                            failure = e;
                        } finally {
                            after.accept(well);
                        }
                    },
                    "dms-" + name);
            thread.setDaemon(true);
        }

        /** Waits for the end of the thread; an interruption is kept for the caller. */
        void join() {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void giveBack(Throwable because) {
        try {
            close();
        } catch (RuntimeException second) {
            because.addSuppressed(second);
        }
    }

    /**
     * Closes sources and applications, and puts back the clock that the coordinator chose, each also where another can't
     * be. Idempotent.
     */
    @Override
    public void close() {
        List<Runnable> all = new ArrayList<>();
        for (Stream s : streams) {
            all.add(s.source()::close);
            all.add(s.application()::close);
        }
        BoardClocks ours = clocks;
        if (ours != null) {
            all.add(ours::restore);
        }
        RuntimeException first = null;
        for (Runnable each : all) {
            try {
                each.run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
