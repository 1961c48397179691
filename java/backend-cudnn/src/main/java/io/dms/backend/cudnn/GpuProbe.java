package io.dms.backend.cudnn;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
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
     * Nanoseconds that the host needed to hand a call to the device, which was idle before.
     *
     * @param steps what a call consists of: copies, convolutions, kernels
     * @param switching of calls at another level than the call before, which bind descriptors anew
     * @param steady of calls at the same level
     */
    public record HostTime(int steps, long[] switching, long[] steady) {}

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
