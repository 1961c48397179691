package io.dms.monitor.nvml;

import io.dms.monitor.Absence;
import org.jspecify.annotations.Nullable;

/** What the monitor asks of NVIDIA's management library. Status codes are the library's own; 0 is success. */
interface Nvml extends AutoCloseable {
    /** The device can't tell. */
    int NOT_SUPPORTED = 3;

    /** What can be asked of a GPU, in the library's units. */
    enum Question {
        /** Milliwatts of the GPU's board. */
        POWER,
        /** Millijoules since the driver was loaded. */
        ENERGY,
        /** Megahertz of the multiprocessors, now. */
        CLOCK,
        /** Megahertz that they may take at most. */
        MOST_CLOCK,
        /** Megahertz of the memory, now. */
        MEMORY_CLOCK,
        /** Degrees Celsius. */
        TEMPERATURE,
        /** Percent of the time that a kernel ran. */
        LOAD,
        /** Bytes of the GPU's memory in use. */
        MEMORY,
        /** Why clocks are lower than asked for, as bits. */
        THROTTLE_REASONS
    }

    /** How many GPUs there are. */
    int gpus();

    /** A GPU's name, as in {@code NVIDIA RTX A2000}. */
    String name(int gpu);

    /** Asks and gives the status; at 0 the answer is in {@link #answer()}. Allocates nothing. */
    int ask(int gpu, Question question);

    /** The last answer. */
    long answer();

    @Override
    void close();

    /** What a status other than 0 means. */
    static @Nullable Absence absence(int status) {
        return switch (status) {
            case 0 -> null;
            case NOT_SUPPORTED, 13 -> Absence.UNSUPPORTED;
            case 4 -> Absence.FORBIDDEN;
            case 10 -> Absence.TIMED_OUT;
            case 1, 6, 9, 15, 16 -> Absence.GONE;
            default -> Absence.FAILED;
        };
    }
}
