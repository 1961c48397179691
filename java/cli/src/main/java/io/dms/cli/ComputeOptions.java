package io.dms.cli;

import io.dms.model.UserException;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a backend computes: in which arithmetic, and how a GPU is given its work. */
final class ComputeOptions {
    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "Arithmetic: fp32, tf32 or fp16, where backend and device have it (default: fp32).")
    private @Nullable Precision precision;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "How a GPU is given its work: graph, one recording for each level, replayed; rebind, call by"
                    + " call with the descriptors bound to the level's channels (default: graph).")
    private @Nullable Launch mode;

    /** True where any of it was typed. */
    boolean given() {
        return precision != null || mode != null;
    }

    Precision precision() {
        return precision == null ? Precision.FP32 : precision;
    }

    Launch launch() {
        return mode == null ? Launch.GRAPH : mode;
    }

    /**
     * These options with what was typed.
     *
     * @param backend its name
     * @throws UserException if a mode was typed for a backend that has none
     */
    SessionOptions in(SessionOptions options, String backend) {
        check(backend);
        return options.withPrecision(precision()).withLaunch(launch());
    }

    /** Refuses a mode where the backend has none. */
    void check(String backend) {
        if (mode != null && backend.equals("cpu")) {
            throw new UserException("--mode is for a GPU: leave it out, or choose one with --backend cudnn");
        }
    }
}
