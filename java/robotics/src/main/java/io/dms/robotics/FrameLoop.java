package io.dms.robotics;

import io.dms.model.Graph;
import io.dms.robotics.source.Frame;
import io.dms.robotics.source.FrameSource;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Serves a source's frames with an application, one after the other, in the thread that calls {@link #run}. Latency
 * counts from when a frame was due; a frame that was not served counts as missed.
 */
public final class FrameLoop {
    private static final long WAIT_NANOS = 100_000_000;
    private static final long LEAST_STALL_NANOS = 1_000_000_000;
    private static final int STALL_PERIODS = 10;

    /** Why a stream ended. */
    public enum End {
        /** The source has no more frames. */
        SOURCE,
        /** As many frames as were wanted. */
        FRAMES,
        /** As long as was wanted. */
        TIME,
        /** It was told to stop. */
        STOPPED
    }

    private final Application application;
    private final FrameSource source;
    private final LatePolicy late;
    private final Trace trace;
    private final FrameListener listener;
    private final FloatBuffer[] input = new FloatBuffer[1];
    private final FloatBuffer[] outputs;

    /** Neither application nor source is closed by the loop. */
    public FrameLoop(
            Application application, FrameSource source, LatePolicy late, Trace trace, FrameListener listener) {
        this.application = application;
        this.source = source;
        this.late = late;
        this.trace = trace;
        this.listener = listener;
        List<Graph.Value> values = application.model().graph().outputs();
        int batch = application.session().options().batch();
        outputs = new FloatBuffer[values.size()];
        for (int i = 0; i < outputs.length; i++) {
            Graph.Value v = values.get(i);
            outputs[i] = Profiler.direct(
                    Math.toIntExact(v.shape().elements() * (v.shape().hasBatch() ? batch : 1)));
        }
    }

    /** The network's outputs for the last frame. */
    public List<FloatBuffer> outputs() {
        return List.of(outputs);
    }

    /**
     * Serves frames until something ends it.
     *
     * @param startNanos when the schedule begins, on the clock of {@link System#nanoTime()}
     * @param mostFrames frames that are taken at most
     * @param mostNanos time from the start after which no frame is taken any more
     * @param stop asked before each frame
     */
    public End run(long startNanos, long mostFrames, long mostNanos, BooleanSupplier stop) {
        source.start(startNanos);
        double period = 1e9 / source.framesPerSecond();
        long stallNanos = Double.isNaN(period)
                ? LEAST_STALL_NANOS
                : Math.max(LEAST_STALL_NANOS, Math.round(STALL_PERIODS * period));
        Frame frame = new Frame();
        long last = startNanos;
        boolean stalled = false;
        for (long frames = 0; frames < mostFrames; ) {
            long now = System.nanoTime();
            if (stop.getAsBoolean()) {
                return End.STOPPED;
            }
            if (now - startNanos >= mostNanos) {
                return End.TIME;
            }
            FrameSource.Arrival arrival;
            try {
                arrival = source.next(frame, Math.min(WAIT_NANOS, mostNanos - (now - startNanos)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return End.STOPPED;
            }
            if (arrival == FrameSource.Arrival.END) {
                return stop.getAsBoolean() ? End.STOPPED : End.SOURCE;
            }
            if (arrival == FrameSource.Arrival.NONE) {
                long silent = System.nanoTime() - last;
                if (!stalled && silent > stallNanos) {
                    stalled = true;
                    listener.stalled(silent / 1e9);
                }
                listener.idle();
                continue;
            }
            if (stalled) {
                stalled = false;
                listener.resumed((System.nanoTime() - last) / 1e9);
            }
            serve(frame);
            frames++;
            last = System.nanoTime();
        }
        return End.FRAMES;
    }

    private void serve(Frame frame) {
        long now = System.nanoTime();
        long bound = application.boundNanos();
        boolean tooLate = late == LatePolicy.DROP && now - frame.scheduledNanos() >= bound;
        if (tooLate || application.paused()) {
            trace.add(frame.scheduledNanos(), now, now, Trace.DROPPED, bound, true);
            listener.frame(trace, null);
            return;
        }
        input[0] = frame.input();
        Served served = application.infer(input, outputs, frame.scheduledNanos(), source.waiting(now));
        trace.add(
                frame.scheduledNanos(),
                served.startNanos(),
                served.endNanos(),
                served.levelIndex(),
                bound,
                served.missed());
        listener.frame(trace, served);
    }
}
