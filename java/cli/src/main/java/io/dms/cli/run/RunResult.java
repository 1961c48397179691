package io.dms.cli.run;

import io.dms.cli.machine.Machine;
import io.dms.control.Goal;
import io.dms.model.Profile;
import io.dms.robotics.Trace;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run found. What was not measured is null or NaN.
 *
 * @param command what was typed
 * @param simulated what was simulated, in words; null for a real run
 * @param computedSeconds what a simulation took to compute, null for a real run
 * @param backend the backend as it describes itself
 * @param machine what ran or, for a simulation, computed this
 * @param board the board that all figures are of: the machine's own, or the simulated one
 * @param powerMode of that board
 * @param passes one for each controller that was tried, in the order of time
 */
public record RunResult(
        String command,
        Instant date,
        String version,
        @Nullable String simulated,
        @Nullable Double computedSeconds,
        String backend,
        Machine machine,
        String board,
        @Nullable String powerMode,
        List<Pass> passes,
        boolean interrupted) {

    /**
     * All streams once, under one kind of controller.
     *
     * @param controller its name
     * @param seconds how long it ran
     * @param spans disturbances
     * @param samples the board, in the order of time
     * @param notes what else happened
     * @param energy of the whole
     */
    public record Pass(
            String controller,
            double seconds,
            List<StreamRun> streams,
            List<Span> spans,
            List<Sample> samples,
            List<Note> notes,
            Energy energy) {}

    /**
     * One stream.
     *
     * @param startNanos second 0 of its trace
     * @param replaced frames that the source replaced by newer ones before anybody took them
     * @param failures levels that failed
     * @param infeasible why the goal can't be kept even undisturbed, null where it can
     * @param status what the controller said at the end, null where all is well
     */
    public record StreamRun(
            String name,
            String model,
            String source,
            Goal goal,
            String controller,
            int batch,
            int threads,
            Profile profile,
            int point,
            boolean profiledAtOpening,
            Trace trace,
            long startNanos,
            long replaced,
            List<String> failures,
            @Nullable String infeasible,
            @Nullable String status) {
        /** The levels at the operating point that held. */
        public List<Profile.Level> levels() {
            return profile.points().get(point).levels();
        }

        /** When a frame was due, in seconds from the start. */
        public double second(int frame) {
            return (trace.scheduledNanos(frame) - startNanos) / 1e9;
        }
    }

    /**
     * A disturbance.
     *
     * @param step true where it is one step whose aftermath tells how fast a controller is
     */
    public record Span(String label, double from, double to, boolean step) {}

    /** The board at a second; NaN for what is not known. */
    public record Sample(double second, double watts, double gpuHertz, double cpuHertz, double celsius) {}

    /** Something that happened. */
    public record Note(double second, String text) {}

    /**
     * Energy of a pass.
     *
     * @param joules NaN where it was not measured
     * @param errorJoules by how much it may be off, NaN where that is not known
     * @param scope of what, null where it was not measured
     * @param whyAbsent why it was not measured, null where it was
     */
    public record Energy(
            double joules,
            double errorJoules,
            @Nullable String scope,
            @Nullable String whyAbsent) {
        /** Not measured. */
        public static Energy absent(String why) {
            return new Energy(Double.NaN, Double.NaN, null, why);
        }
    }
}
