package io.dms.runtime;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many cores the other processes of this machine keep busy: time that was not idle, as {@code /proc/uptime} counts
 * it, without the time of this process. Reading allocates nothing. Not thread-safe.
 */
final class OtherProcesses implements BusyCores {
    /** The kernel counts idle time in steps of 10 ms. */
    private static final double NANOS_PER_SECOND = 1e9;

    private final int cores;
    private final @Nullable FileChannel uptime;
    private final LongSupplier ownNanos;
    private final ByteBuffer text = ByteBuffer.allocateDirect(128);
    private double lastUp;
    private double lastIdle;
    private double lastOwn;

    /**
     * @param uptime the file {@code /proc/uptime}
     * @param cores cores of the machine
     * @param ownNanos CPU time of this process
     */
    OtherProcesses(Path uptime, int cores, LongSupplier ownNanos) {
        this.cores = cores;
        this.uptime = open(uptime);
        this.ownNanos = ownNanos;
        sinceLast();
    }

    /** This machine. */
    static OtherProcesses ofThisMachine() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new OtherProcesses(Path.of("/proc/uptime"), system.getAvailableProcessors(), system::getProcessCpuTime);
    }

    private static @Nullable FileChannel open(Path file) {
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException | UnsupportedOperationException e) {
            return null;
        }
    }

    @Override
    public double sinceLast() {
        FileChannel f = uptime;
        if (f == null) {
            return Double.NaN;
        }
        try {
            text.clear();
            if (f.read(text, 0) <= 0) {
                return Double.NaN;
            }
        } catch (IOException e) {
            return Double.NaN;
        }
        text.flip();
        double up = number();
        double idle = number();
        double own = ownNanos.getAsLong() / NANOS_PER_SECOND;
        double seconds = up - lastUp;
        double busy = cores - (idle - lastIdle) / seconds - (own - lastOwn) / seconds;
        lastUp = up;
        lastIdle = idle;
        lastOwn = own;
        // A division by zero gives NaN or infinity here: too little time has passed to tell.
        return seconds > 0 ? Math.max(0, Math.min(cores, busy)) : Double.NaN;
    }

    /** The next decimal number of the text, NaN where there is none. */
    private double number() {
        double value = 0;
        double unit = 0;
        boolean any = false;
        while (text.hasRemaining()) {
            byte b = text.get();
            if (b >= '0' && b <= '9') {
                any = true;
                value = value * 10 + (b - '0');
                unit *= 10;
            } else if (b == '.') {
                unit = 1;
            } else if (any) {
                break;
            }
        }
        return any ? value / Math.max(1, unit) : Double.NaN;
    }

    @Override
    public void close() {
        FileChannel f = uptime;
        if (f != null) {
            try {
                f.close();
            } catch (IOException e) {
                // Nothing was written.
            }
        }
    }
}
