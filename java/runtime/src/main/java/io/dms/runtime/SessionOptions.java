package io.dms.runtime;

import io.dms.model.UserException;
import java.util.Locale;

/**
 * How a session runs.
 *
 * @param batch images per call, 1 to 64
 * @param threads threads inside one call; 0 for as many as the machine has cores
 * @param weights what happens to packed weights when levels change
 * @param weightBudgetBytes upper bound of packed weights kept in the bank, over all levels of the session
 * @param yielding true where a call shall use fewer than {@code threads} threads while other processes keep cores busy,
 *     rather than wait for those cores; backends that don't run on the CPU's cores ignore it
 * @param precision the arithmetic; a backend or a device that has not got it refuses by a UserException
 * @param launch how a GPU is given its work; backends that run on the CPU ignore it
 * @param engines where engines are kept that a backend builds once; backends that build none ignore it
 */
public record SessionOptions(
        int batch,
        int threads,
        WeightPolicy weights,
        long weightBudgetBytes,
        boolean yielding,
        Precision precision,
        Launch launch,
        EngineKeeping engines) {
    /** What happens to packed weights when levels change. */
    public enum WeightPolicy {
        /** A level is packed on first use and kept in a bank, the least recently used level dropped over the budget. */
        BANK,
        /** One buffer, packed anew from the master copy at each switch. */
        REPACK
    }

    /** The arithmetic inside; tensors at the interface are float32 whatever it is. */
    public enum Precision {
        /** Single precision. */
        FP32,
        /** Tensors in single precision, products rounded to 10 bits of mantissa where the device has such units. */
        TF32,
        /** Tensors in half precision, sums in single. */
        FP16;

        /** As on the command line and in files: {@code fp32}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How a GPU is given its work. */
    public enum Launch {
        /** One recorded graph for each prepared level, replayed; where none can be recorded, as {@link #REBIND}. */
        GRAPH,
        /** Step by step, the descriptors of each step bound to the level's channels. */
        REBIND;

        /** As on the command line and in files: {@code graph}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Batch 1, all cores, a bank without bound, always all threads, single precision, graphs. */
    public static final SessionOptions DEFAULT = new SessionOptions(1, 0, WeightPolicy.BANK, Long.MAX_VALUE, false);

    /** Single precision, graphs. */
    public SessionOptions(int batch, int threads, WeightPolicy weights, long weightBudgetBytes, boolean yielding) {
        this(batch, threads, weights, weightBudgetBytes, yielding, Precision.FP32, Launch.GRAPH);
    }

    /** Engines in the user's own cache. */
    public SessionOptions(
            int batch,
            int threads,
            WeightPolicy weights,
            long weightBudgetBytes,
            boolean yielding,
            Precision precision,
            Launch launch) {
        this(batch, threads, weights, weightBudgetBytes, yielding, precision, launch, EngineKeeping.DEFAULT);
    }

    /** Checks the ranges. */
    public SessionOptions {
        if (batch < 1 || batch > 64) {
            throw new UserException("batch must be between 1 and 64: " + batch);
        }
        if (threads < 0 || threads > 1024) {
            throw new UserException("threads must be between 0 (all cores) and 1024: " + threads);
        }
        if (weightBudgetBytes < 0) {
            throw new UserException("the weight budget must not be negative: " + weightBudgetBytes);
        }
    }

    /** These options with another batch. */
    public SessionOptions withBatch(int batch) {
        return new SessionOptions(batch, threads, weights, weightBudgetBytes, yielding, precision, launch, engines);
    }

    /** These options with another thread count. */
    public SessionOptions withThreads(int threads) {
        return new SessionOptions(batch, threads, weights, weightBudgetBytes, yielding, precision, launch, engines);
    }

    /** These options with another policy for packed weights. */
    public SessionOptions withWeights(WeightPolicy weights) {
        return new SessionOptions(batch, threads, weights, weightBudgetBytes, yielding, precision, launch, engines);
    }

    /** These options with another budget for packed weights. */
    public SessionOptions withWeightBudgetBytes(long bytes) {
        return new SessionOptions(batch, threads, weights, bytes, yielding, precision, launch, engines);
    }

    /** These options, yielding cores to other processes or not. */
    public SessionOptions withYielding(boolean yielding) {
        return new SessionOptions(batch, threads, weights, weightBudgetBytes, yielding, precision, launch, engines);
    }

    /** These options in another arithmetic. */
    public SessionOptions withPrecision(Precision precision) {
        return new SessionOptions(batch, threads, weights, weightBudgetBytes, yielding, precision, launch, engines);
    }

    /** These options with another way to give a GPU its work. */
    public SessionOptions withLaunch(Launch launch) {
        return new SessionOptions(batch, threads, weights, weightBudgetBytes, yielding, precision, launch, engines);
    }

    /** These options with another place for engines. */
    public SessionOptions withEngines(EngineKeeping engines) {
        return new SessionOptions(batch, threads, weights, weightBudgetBytes, yielding, precision, launch, engines);
    }
}
