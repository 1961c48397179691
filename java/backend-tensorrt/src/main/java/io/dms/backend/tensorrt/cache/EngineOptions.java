package io.dms.backend.tensorrt.cache;

import io.dms.model.Graph;
import io.dms.model.Shape;
import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.List;

/**
 * How an engine is built. All of it but the memory limit is in the key.
 *
 * @param precision the arithmetic
 * @param calibration digest of what quantisation was calibrated on, empty where nothing was
 * @param profile the shapes of each input that the engine shall run, in the order of the network
 * @param flags further flags of the builder, as the library's adapter spells them, in any order
 * @param memoryLimitBytes scratch memory that the builder may use; 0 for as much as the library wants
 * @param dlaCore the deep-learning accelerator that layers shall run on, {@link #GPU} for none
 */
public record EngineOptions(
        Precision precision,
        String calibration,
        List<ProfileShape> profile,
        List<String> flags,
        long memoryLimitBytes,
        int dlaCore) {
    /** No deep-learning accelerator. */
    public static final int GPU = -1;

    /** The arithmetic of an engine; tensors at its ends are float32 whatever it is. */
    public enum Precision {
        /** Single precision. */
        FP32,
        /** Single precision, products rounded to 10 bits of mantissa. */
        TF32,
        /** Half precision where the library finds it faster. */
        FP16,
        /** Eight bits where the network has scales for them, else half precision. */
        INT8
    }

    /**
     * The shapes of one input.
     *
     * @param input its name
     * @param least the smallest shape
     * @param best the one that the engine shall be fastest at
     * @param most the largest shape
     */
    public record ProfileShape(String input, Shape least, Shape best, Shape most) {}

    /** Copies the lists; the order of flags does not matter, so they are sorted. */
    public EngineOptions {
        profile = List.copyOf(profile);
        flags = flags.stream().distinct().sorted().toList();
        if (memoryLimitBytes < 0) {
            throw new UserException("the builder's memory limit must not be negative: " + memoryLimitBytes);
        }
        if (dlaCore < GPU) {
            throw new UserException("a DLA core is counted from 0: " + dlaCore);
        }
    }

    /** On the GPU, without further flags or limits, for exactly one batch. */
    public static EngineOptions of(Graph network, Precision precision, int batch) {
        return of(network, precision, batch, batch, batch);
    }

    /** On the GPU, without further flags or limits, for a range of batches. Inputs without an open batch keep theirs. */
    public static EngineOptions of(Graph network, Precision precision, int least, int best, int most) {
        if (least < 1 || best < least || most < best) {
            throw new UserException(
                    "batches of a profile must grow from 1: " + least + ", " + best + ", " + most + " do not");
        }
        List<ProfileShape> profile = new ArrayList<>();
        for (Graph.Value input : network.inputs()) {
            Shape s = input.shape();
            profile.add(new ProfileShape(input.name(), s.withBatch(least), s.withBatch(best), s.withBatch(most)));
        }
        return new EngineOptions(precision, "", profile, List.of(), 0, GPU);
    }

    /** These options with further flags. */
    public EngineOptions withFlags(List<String> flags) {
        return new EngineOptions(precision, calibration, profile, flags, memoryLimitBytes, dlaCore);
    }

    /** These options with a limit of scratch memory. */
    public EngineOptions withMemoryLimitBytes(long bytes) {
        return new EngineOptions(precision, calibration, profile, flags, bytes, dlaCore);
    }

    /** These options for a deep-learning accelerator. */
    public EngineOptions withDlaCore(int core) {
        return new EngineOptions(precision, calibration, profile, flags, memoryLimitBytes, core);
    }

    /** These options with scales that were calibrated on what has this digest. */
    public EngineOptions withCalibration(String digest) {
        return new EngineOptions(precision, digest, profile, flags, memoryLimitBytes, dlaCore);
    }
}
