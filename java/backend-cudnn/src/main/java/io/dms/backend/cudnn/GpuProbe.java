package io.dms.backend.cudnn;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;

/**
 * What only this backend can tell about its device, for programs that check it. Used by one thread; a session of its own
 * beside those that are watched.
 */
public final class GpuProbe implements AutoCloseable {
    private final Gpu gpu;

    private GpuProbe(Gpu gpu) {
        this.gpu = gpu;
    }

    /**
     * Opens the machine's device.
     *
     * @throws io.dms.model.EnvironmentException if there is none, with the cure
     */
    public static GpuProbe open() {
        return new GpuProbe(new Machine().open(Precision.FP32).gpu());
    }

    /** Bytes of the device that nobody holds now, in this process or another. */
    public long freeBytes() {
        return gpu.freeBytes();
    }

    @Override
    public void close() {
        gpu.close();
    }

    /**
     * Which interfaces compute the convolutions and products of a prepared level.
     *
     * @throws IllegalArgumentException for a session of another backend
     */
    public static Interfaces interfaces(Session session, WidthLevel level) {
        if (!(session instanceof CudnnSession own)) {
            throw new IllegalArgumentException("a session of another backend");
        }
        return own.interfaces(level);
    }

    /**
     * Nanoseconds that the host needed to hand a call to the device, which was idle before.
     *
     * @param steps what a call consists of: copies, convolutions, kernels
     * @param switching of calls at another level than the call before, which bind descriptors anew
     * @param steady of calls at the same level
     */
    public record HostTime(int steps, long[] switching, long[] steady) {}

    /**
     * Nanoseconds of the device for one replay of a graph, copies of input and output included.
     *
     * @param level of a level of a wider model
     * @param own of a model that has that width alone
     */
    public record DeviceTime(long[] level, long[] own) {}

    /**
     * Measures the device's time for a level and for a model of its own width, in turn, by many replays without a wait
     * between them.
     *
     * @param rounds how many times each
     * @param times replays in a round
     * @throws io.dms.model.EnvironmentException if there is no device, or a level does not fit on it
     */
    public static DeviceTime deviceTime(
            ScalableModel model, WidthLevel level, ScalableModel own, int rounds, int times) {
        SessionOptions options = SessionOptions.DEFAULT.withLaunch(Launch.GRAPH);
        long[] levels = new long[rounds];
        long[] owns = new long[rounds];
        try (CudnnSession wide = (CudnnSession) new CudnnBackend().open(model, options);
                CudnnSession one = (CudnnSession) new CudnnBackend().open(own, options)) {
            // All of the model's levels: memory is shared with the others as it will be.
            model.levels().forEach(wide::prepare);
            one.prepare(own.full());
            for (int i = -3; i < rounds; i++) {
                long a = wide.replayNanos(level, times);
                long b = one.replayNanos(own.full(), times);
                if (i >= 0) {
                    levels[i] = a;
                    owns[i] = b;
                }
            }
            return new DeviceTime(levels, owns);
        }
    }

    /**
     * Measures the host's share of calls with {@link Launch#REBIND}, at two levels in turn.
     *
     * @param calls how many times of each kind
     * @throws io.dms.model.EnvironmentException if there is no device, or a level does not fit on it
     */
    public static HostTime hostTime(ScalableModel model, WidthLevel level, WidthLevel other, int calls) {
        SessionOptions options = SessionOptions.DEFAULT.withLaunch(Launch.REBIND);
        long[] switching = new long[calls];
        long[] steady = new long[calls];
        try (CudnnSession session = (CudnnSession) new CudnnBackend().open(model, options)) {
            session.prepare(level);
            session.prepare(other);
            for (int i = -20; i < calls; i++) {
                session.enqueueNanos(other);
                long first = session.enqueueNanos(level);
                long second = session.enqueueNanos(level);
                if (i >= 0) {
                    switching[i] = first;
                    steady[i] = second;
                }
            }
            return new HostTime(session.steps(level), switching, steady);
        }
    }
}
