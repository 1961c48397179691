package io.dms.control.sim;

import io.dms.model.UserException;
import org.jspecify.annotations.Nullable;

/**
 * Something that happens to a board by script. Times are nanoseconds of the simulation; {@code to} is where it ends.
 *
 * @param application index of the application that it is about, -1 for the board or all
 * @param amount a factor, a clock, a number of threads, nanoseconds, an index: what the kind says
 * @param detail the second figure of kinds that have one
 * @param trace what is replayed, null for all other kinds
 */
public record Disturbance(
        Kind kind,
        long fromNanos,
        long toNanos,
        int application,
        double amount,
        double detail,
        @Nullable SlowdownTrace trace) {
    /** What happens. */
    public enum Kind {
        /** All frames take {@code amount} times as long. */
        SLOW,
        /** The same, growing in a straight line from 1 to {@code amount}. */
        RAMP,
        /** The same by fits and starts: bursts of {@code detail} seconds at the mean, as long pauses between them. */
        BURSTS,
        /** Random load: the logarithm of the factor wanders around 0 with this deviation and {@code detail} seconds. */
        WANDER,
        /** Frames take as many times as long as recorded ones, {@code amount} seconds into the trace; no other noise. */
        REPLAY,
        /** The accelerator's clock is capped at {@code amount} hertz. */
        CLOCK_CAP,
        /** The power mode with index {@code amount} in the board's list holds; it goes back at the end. */
        POWER_MODE,
        /** {@code amount} busy threads of other processes. */
        CPU_LOAD,
        /** Another program keeps {@code amount} of the accelerator busy, 0 to 1. */
        CO_RUNNER,
        /** The application's source yields no frames. */
        SOURCE_STALL,
        /** The application's backend throws at level {@code amount}. */
        BACKEND_FAILS,
        /** The monitor repeats its last readings. */
        MONITOR_STUCK,
        /** The monitor's readings are {@code amount} times what they should be. */
        MONITOR_LIES,
        /** The monitor has no readings. */
        MONITOR_SILENT,
        /** The clock by which controllers are told the time jumps by {@code amount} nanoseconds, once. */
        TIME_JUMP
    }

    /** Checks the times. */
    public Disturbance {
        if ((kind == Kind.REPLAY) != (trace != null)) {
            throw new UserException("a trace is what recorded frames need, and nothing else: " + kind);
        }
        if (fromNanos < 0 || toNanos < fromNanos) {
            throw new UserException(
                    "a disturbance must end after it begins: " + kind + " " + fromNanos + " " + toNanos);
        }
    }

    private static Disturbance of(Kind kind, double from, double to, int application, double amount, double detail) {
        return new Disturbance(kind, nanos(from), nanos(to), application, amount, detail, null);
    }

    private static long nanos(double seconds) {
        return seconds >= 9e9 ? Long.MAX_VALUE : Math.round(seconds * 1e9);
    }

    /** All frames take {@code factor} times as long between two times in seconds. */
    public static Disturbance slow(double from, double to, double factor) {
        return of(Kind.SLOW, from, to, -1, factor, 0);
    }

    /** One application's frames take {@code factor} times as long. */
    public static Disturbance slow(double from, double to, double factor, int application) {
        return of(Kind.SLOW, from, to, application, factor, 0);
    }

    /** The factor grows from 1 to {@code factor}. */
    public static Disturbance ramp(double from, double to, double factor) {
        return of(Kind.RAMP, from, to, -1, factor, 0);
    }

    /** Bursts of the factor, each of {@code seconds} at the mean, as long pauses between them. */
    public static Disturbance bursts(double from, double to, double factor, double seconds) {
        return of(Kind.BURSTS, from, to, -1, factor, seconds);
    }

    /** Random load with this standard deviation of the factor's logarithm and this correlation time. */
    public static Disturbance wander(double from, double to, double deviation, double seconds) {
        return of(Kind.WANDER, from, to, -1, deviation, seconds);
    }

    /**
     * Frames take as many times as long as those of a trace did, which begins anew behind its end. The trace is in place of
     * all other noise of frames.
     *
     * @param skip seconds of the trace that are left out at its beginning
     */
    public static Disturbance replay(double from, double to, SlowdownTrace trace, double skip) {
        return new Disturbance(Kind.REPLAY, nanos(from), nanos(to), -1, skip, 0, trace);
    }

    /** The accelerator's clock is capped. */
    public static Disturbance clockCap(double from, double to, double hertz) {
        return of(Kind.CLOCK_CAP, from, to, -1, hertz, 0);
    }

    /** Another power mode holds, named by its index in the board's list. */
    public static Disturbance powerMode(double from, double to, int mode) {
        return of(Kind.POWER_MODE, from, to, -1, mode, 0);
    }

    /** Other processes keep threads busy. */
    public static Disturbance cpuLoad(double from, double to, double threads) {
        return of(Kind.CPU_LOAD, from, to, -1, threads, 0);
    }

    /** Another program keeps a share of the accelerator busy. */
    public static Disturbance coRunner(double from, double to, double share) {
        return of(Kind.CO_RUNNER, from, to, -1, share, 0);
    }

    /** A source yields no frames. */
    public static Disturbance sourceStall(double from, double to, int application) {
        return of(Kind.SOURCE_STALL, from, to, application, 0, 0);
    }

    /** A backend throws at one level. */
    public static Disturbance backendFails(double from, double to, int application, int level) {
        return of(Kind.BACKEND_FAILS, from, to, application, level, 0);
    }

    /** The monitor repeats itself. */
    public static Disturbance monitorStuck(double from, double to) {
        return of(Kind.MONITOR_STUCK, from, to, -1, 0, 0);
    }

    /** The monitor's readings are a multiple of what they should be. */
    public static Disturbance monitorLies(double from, double to, double factor) {
        return of(Kind.MONITOR_LIES, from, to, -1, factor, 0);
    }

    /** The monitor has nothing to say. */
    public static Disturbance monitorSilent(double from, double to) {
        return of(Kind.MONITOR_SILENT, from, to, -1, 0, 0);
    }

    /** The clock jumps by some seconds, forwards or backwards. */
    public static Disturbance timeJump(double at, double seconds) {
        return of(Kind.TIME_JUMP, at, at, -1, seconds * 1e9, 0);
    }

    /** One line for people. */
    public String describe() {
        String what = switch (kind) {
            case SLOW -> "frames take " + amount + " times as long";
            case RAMP -> "frames slow down to " + amount + " times";
            case BURSTS -> "bursts of " + amount + " times";
            case WANDER -> "random load, deviation " + amount;
            case REPLAY -> "recorded frames";
            case CLOCK_CAP -> "clock capped at " + Math.round(amount / 1e6) + " MHz";
            case POWER_MODE -> "power mode " + (int) amount;
            case CPU_LOAD -> amount + " busy threads";
            case CO_RUNNER -> "another program on " + Math.round(amount * 100) + " % of the accelerator";
            case SOURCE_STALL -> "source stalls";
            case BACKEND_FAILS -> "backend throws at level " + (int) amount;
            case MONITOR_STUCK -> "monitor stuck";
            case MONITOR_LIES -> "monitor reads " + amount + " times the truth";
            case MONITOR_SILENT -> "monitor silent";
            case TIME_JUMP -> "clock jumps by " + amount / 1e9 + " s";
        };
        return application < 0 ? what : what + " (application " + application + ")";
    }
}
