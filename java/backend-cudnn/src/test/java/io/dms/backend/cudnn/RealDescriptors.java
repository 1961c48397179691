package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cudnn.*;

import java.util.Arrays;
import org.bytedeco.javacpp.IntPointer;

/** Descriptors that are set by the backend's own calls and read back by others of the library. */
final class RealDescriptors implements AutoCloseable {
    private final PresetDescriptors ours = new PresetDescriptors();
    private final long x = ours.create(Descriptors.Kind.TENSOR);
    private final long y = ours.create(Descriptors.Kind.TENSOR);
    private final long weights = ours.create(Descriptors.Kind.FILTER);
    private final long convolution = ours.create(Descriptors.Kind.CONVOLUTION);
    private final IntPointer numbers = new IntPointer(10);

    void set(BoundConvolution b) {
        set(x, b.x());
        set(y, b.y());
        int[] w = b.weights();
        ours.setFilter(weights, w[0] == 1, w[1] == 1, w[2], w[3], w[4], w[5]);
        int[] v = b.convolution();
        ours.setConvolution(convolution, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
        ours.setMath(convolution, v[7]);
    }

    private void set(long desc, int[] t) {
        ours.setTensor(desc, t[0] == 1, t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8]);
    }

    int[] x() {
        return tensor(x);
    }

    int[] y() {
        return tensor(y);
    }

    private int[] tensor(long desc) {
        ok(cudnnGetTensor4dDescriptor(
                new Refs.Tensor().to(desc), at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8)));
        return typed(9);
    }

    private int[] read(int count) {
        int[] values = new int[count];
        numbers.get(values);
        return values;
    }

    /** With the type of elements first: single precision as 0, half as 1. */
    private int[] typed(int count) {
        int[] values = read(count);
        values[0] = values[0] == CUDNN_DATA_FLOAT ? 0 : values[0] == CUDNN_DATA_HALF ? 1 : -1;
        return values;
    }

    int[] weights() {
        ok(cudnnGetFilter4dDescriptor(new Refs.Filter().to(weights), at(0), at(1), at(2), at(3), at(4), at(5)));
        return typed(6);
    }

    int[] convolution() {
        Refs.Convolution desc = new Refs.Convolution();
        desc.to(convolution);
        ok(cudnnGetConvolution2dDescriptor(desc, at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)));
        if (numbers.get(6) != CUDNN_CROSS_CORRELATION || numbers.get(7) != CUDNN_DATA_FLOAT) {
            throw new AssertionError("mode and type of sums are " + Arrays.toString(read(8)));
        }
        ok(cudnnGetConvolutionGroupCount(desc, at(6)));
        ok(cudnnGetConvolutionMathType(desc, at(7)));
        return read(8);
    }

    /** What the library says of the result: images, channels, rows, columns. */
    int[] outputs() {
        ok(cudnnGetConvolution2dForwardOutputDim(
                new Refs.Convolution().to(convolution),
                new Refs.Tensor().to(x),
                new Refs.Filter().to(weights),
                at(0),
                at(1),
                at(2),
                at(3)));
        return read(4);
    }

    private IntPointer at(int i) {
        return new IntPointer(numbers).position(i);
    }

    private static void ok(int status) {
        LibraryErrors.dnn(status, "reading a descriptor");
    }

    @Override
    public void close() {
        ours.destroy(Descriptors.Kind.CONVOLUTION, convolution);
        ours.destroy(Descriptors.Kind.FILTER, weights);
        ours.destroy(Descriptors.Kind.TENSOR, y);
        ours.destroy(Descriptors.Kind.TENSOR, x);
        numbers.deallocate();
    }
}
