package io.dms.cli.bench;

import io.dms.cli.machine.Machine;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one benchmark found. What was not measured is null.
 *
 * @param command what was typed
 * @param date when it began
 * @param version version of DMS
 * @param model name of the model
 * @param macs multiply-accumulates of one image at full width
 * @param parameters parameters at full width
 * @param backendName as on the command line
 * @param backend the backend as it describes itself
 * @param precision of weights and activations
 * @param mode how a GPU was given its work; null where there is none
 * @param machine where it ran
 * @param powerMode the board's power mode
 * @param power what measured power; null where nothing does
 * @param startMillis from process start to the end of the first inference
 * @param levels widest first; levels that were not reached before an interruption are left out
 * @param switches what a change of level costs
 * @param allocationBytesPerCall Java heap bytes that a steady call allocates
 * @param weightsHeldBytes packed weights that the session holds, of all levels where its budget allows
 * @param separateModelsBytes packed weights of the own models together
 * @param arenaBytes activations and scratch memory of the session
 * @param accuracyData the labelled images behind the accuracies
 * @param peers other engines
 * @param warnings one line each
 * @param interrupted true where it was stopped before its end
 */
public record BenchResult(
        String command,
        Instant date,
        String version,
        String model,
        long macs,
        long parameters,
        String backendName,
        String backend,
        String precision,
        @Nullable String mode,
        int batch,
        int threads,
        Machine machine,
        @Nullable String powerMode,
        @Nullable Power power,
        @Nullable Double startMillis,
        List<Level> levels,
        @Nullable Switches switches,
        @Nullable Long allocationBytesPerCall,
        long weightsHeldBytes,
        @Nullable Long separateModelsBytes,
        long arenaBytes,
        @Nullable String accuracyData,
        List<Peer> peers,
        List<String> warnings,
        boolean interrupted) {
    /** The other engine's figures at a level, or null. */
    public @Nullable Peer peerOf(Level level) {
        return peers.stream()
                .filter(p -> p.width() == level.width())
                .findFirst()
                .orElse(null);
    }

    /**
     * One width level.
     *
     * @param macs multiply-accumulates of one image
     * @param weightBytes of its weights as float32
     * @param throughputPerSecond images per second, at the mean latency
     * @param top1 share of images whose best class is the right one
     * @param accuracySamples how many images that share is of
     * @param energy of one image, out of many calls; null where nothing measures power
     * @param ownModelRatio p50 of this level over p50 of a model of exactly this width, called in turn
     */
    public record Level(
            String name,
            double width,
            long macs,
            long parameters,
            long weightBytes,
            Latency latency,
            double throughputPerSecond,
            @Nullable Energy energy,
            @Nullable Double top1,
            @Nullable Integer accuracySamples,
            @Nullable Double ownModelRatio) {
        /** The same with an energy. */
        public Level withEnergy(Energy energy) {
            return new Level(
                    name,
                    width,
                    macs,
                    parameters,
                    weightBytes,
                    latency,
                    throughputPerSecond,
                    energy,
                    top1,
                    accuracySamples,
                    ownModelRatio);
        }

        /** The same with an accuracy. */
        public Level withAccuracy(double top1, int samples) {
            return new Level(
                    name,
                    width,
                    macs,
                    parameters,
                    weightBytes,
                    latency,
                    throughputPerSecond,
                    energy,
                    top1,
                    samples,
                    ownModelRatio);
        }
    }

    /**
     * What measured power.
     *
     * @param scope what part of the machine
     * @param rule the sensor, or how sensors were added
     */
    public record Power(String scope, String rule) {}

    /**
     * The energy of one image, from many calls without a pause.
     *
     * @param millijoules null where {@code absent} says why
     * @param errorMillijoules by how much that may be off at most, by the sensor's interval; its own scale is not in it
     * @param scope what part of the machine
     * @param calls how many calls
     * @param seconds how long they took
     * @param absent why there is no figure, one sentence
     */
    public record Energy(
            @Nullable Double millijoules,
            @Nullable Double errorMillijoules,
            String scope,
            long calls,
            double seconds,
            @Nullable String absent) {}

    /**
     * The first call at a prepared level, over a steady call at it.
     *
     * @param firstOverSteadyP50 p50 of first calls over p50 of steady calls, each as a multiple of its level's median
     * @param firstOverSteadyP90 the same at p90
     * @param pairs how many switches were measured
     */
    public record Switches(double firstOverSteadyP50, double firstOverSteadyP90, int pairs) {}

    /**
     * One level's export in another engine.
     *
     * @param name engine and version
     * @param ratioP50 this project's p50 over the other's
     */
    public record Peer(String name, double width, Latency latency, double ratioP50) {}
}
