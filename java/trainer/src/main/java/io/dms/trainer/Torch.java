package io.dms.trainer;

import io.dms.model.EnvironmentException;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** The few things about libtorch that everybody here needs. */
final class Torch {
    private Torch() {}

    /**
     * Loads the library and says how many threads it uses.
     *
     * @throws EnvironmentException if it can't be loaded here
     */
    static void load(int threads, long seed) {
        try {
            torch.set_num_threads(threads);
            torch.manual_seed(seed);
        } catch (LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new EnvironmentException("training needs libtorch, which can't be loaded here (" + cause.getMessage()
                    + "): it is there for x86-64 Linux; train on a workstation");
        }
    }

    /** A tensor of its own memory. */
    static Tensor tensor(float[] values, long... shape) {
        try (FloatPointer p = new FloatPointer(values)) {
            return torch.from_blob(p, shape).clone();
        }
    }

    /** A tensor of integers, of its own memory. */
    static Tensor longs(long[] values) {
        try (LongPointer p = new LongPointer(values);
                TensorOptions options = new TensorOptions(torch.ScalarType.Long)) {
            return torch.from_blob(p, new long[] {values.length}, options).clone();
        }
    }

    /** The elements, row-major. */
    static float[] floats(Tensor tensor) {
        try (NoGradGuard guard = new NoGradGuard();
                Tensor dense = tensor.detach().contiguous()) {
            float[] out = new float[Math.toIntExact(dense.numel())];
            dense.data_ptr_float().get(out);
            return out;
        }
    }
}
