package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cudnn.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bytedeco.cuda.cudnn.cudnnActivationStruct;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnPoolingStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * Seeded calls of cuDNN's descriptors, sound ones and others, which need no device. Each call and what the library answers
 * is a line, so that two libraries can be compared: the real one, the stand-in, what was once written down.
 */
final class DescriptorCalls implements AutoCloseable {
    private final Random random;
    private final List<String> lines = new ArrayList<>();
    private final cudnnTensorStruct tensor = new cudnnTensorStruct();
    private final cudnnFilterStruct filter = new cudnnFilterStruct();
    private final cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();
    private final cudnnActivationStruct activation = new cudnnActivationStruct();
    private final cudnnPoolingStruct pooling = new cudnnPoolingStruct();
    private final IntPointer numbers = new IntPointer(16);

    private DescriptorCalls(long seed) {
        random = new Random(seed);
        int made = cudnnCreateTensorDescriptor(tensor)
                | cudnnCreateFilterDescriptor(filter)
                | cudnnCreateConvolutionDescriptor(convolution)
                | cudnnCreateActivationDescriptor(activation)
                | cudnnCreatePoolingDescriptor(pooling);
        if (made != 0) {
            throw new IllegalStateException("no descriptors: " + made);
        }
    }

    /** Makes the calls of a seed. */
    static List<String> ask(long seed) {
        try (DescriptorCalls calls = new DescriptorCalls(seed)) {
            calls.unset();
            for (int i = 0; i < 160; i++) {
                calls.tensor();
            }
            for (int i = 0; i < 60; i++) {
                calls.filter();
                calls.activation();
                calls.pooling();
            }
            for (int i = 0; i < 140; i++) {
                calls.convolution();
            }
            return calls.lines;
        }
    }

    /** As in {@code BAD_PARAM}; nothing for success. */
    static String answer(int status) {
        return status == 0 ? "ok" : cudnnGetErrorString(status).getString().replace("CUDNN_STATUS_", "");
    }

    private void say(String call, int[] values, String answer) {
        String list = Arrays.toString(values).replaceAll("[\\[\\] ]", "");
        lines.add(call + " " + list + " -> " + answer);
    }

    private int among(int... values) {
        return values[random.nextInt(values.length)];
    }

    private boolean seldom() {
        return random.nextInt(12) == 0;
    }

    private IntPointer at(int i) {
        return new IntPointer(numbers).position(i);
    }

    private String read(int from, int count) {
        StringBuilder s = new StringBuilder();
        for (int i = from; i < from + count; i++) {
            s.append(s.isEmpty() ? "" : ",").append(numbers.get(i));
        }
        return s.toString();
    }

    private void clear() {
        for (int i = 0; i < 16; i++) {
            numbers.put(i, -77);
        }
    }

    /** Of what was made and never set. */
    private void unset() {
        say("tensor, never set", new int[0], readTensor());
        say("filter, never set", new int[0], readFilter());
        say("convolution, never set", new int[0], readConvolution());
    }

    // ---- tensors

    private int type() {
        return seldom() ? among(-1, 4, 1, 3, 99) : among(CUDNN_DATA_FLOAT, CUDNN_DATA_HALF);
    }

    private String readTensor() {
        clear();
        int got = cudnnGetTensor4dDescriptor(tensor, at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8));
        try (SizeTPointer bytes = new SizeTPointer(1).put(0)) {
            int sized = cudnnGetTensorSizeInBytes(tensor, bytes);
            return (got == 0 ? read(0, 9) : answer(got)) + " " + (sized == 0 ? bytes.get() + " B" : answer(sized));
        }
    }

    private void tensor() {
        int type = type();
        int n = seldom() ? among(0, -1) : among(1, 1, 2, 8);
        int c = seldom() ? among(0, 1 << 20) : 1 + random.nextInt(80);
        int h = seldom() ? among(0, 1 << 14) : 1 + random.nextInt(40);
        int w = 1 + random.nextInt(40);
        int pitch = c + among(0, 0, 8, 24);
        int[] strides = switch (random.nextInt(9)) {
            case 0, 1, 2 -> new int[] {pitch * h * w, h * w, w, 1};
            case 3, 4, 5 -> new int[] {pitch * h * w, 1, pitch * w, pitch};
            case 6 -> new int[] {c * h * w, h * w, w, among(0, 2, -1)};
            case 7 -> new int[] {among(0, 1, -4), h * w, w, 1};
            default -> new int[] {1, 1, 1, 1};
        };
        int status =
                cudnnSetTensor4dDescriptorEx(tensor, type, n, c, h, w, strides[0], strides[1], strides[2], strides[3]);
        int[] values = {type, n, c, h, w, strides[0], strides[1], strides[2], strides[3]};
        say("tensor", values, status == 0 ? "ok " + readTensor() : answer(status));
    }

    // ---- filters

    private String readFilter() {
        clear();
        int got = cudnnGetFilter4dDescriptor(filter, at(0), at(1), at(2), at(3), at(4), at(5));
        try (SizeTPointer bytes = new SizeTPointer(1).put(0)) {
            int sized = cudnnGetFilterSizeInBytes(filter, bytes);
            return (got == 0 ? read(0, 6) : answer(got)) + " " + (sized == 0 ? bytes.get() + " B" : answer(sized));
        }
    }

    private void filter() {
        int type = type();
        int format = seldom() ? among(-1, 2, 3) : among(CUDNN_TENSOR_NCHW, CUDNN_TENSOR_NHWC);
        int k = seldom() ? among(0, -1, 1 << 20) : 1 + random.nextInt(64);
        int c = seldom() ? among(0, 1 << 12) : 1 + random.nextInt(64);
        int r = seldom() ? 0 : 1 + random.nextInt(7);
        int s = 1 + random.nextInt(7);
        int status = cudnnSetFilter4dDescriptor(filter, type, format, k, c, r, s);
        say("filter", new int[] {type, format, k, c, r, s}, status == 0 ? "ok " + readFilter() : answer(status));
    }

    // ---- activations and pooling

    private void activation() {
        int mode = among(-1, 0, 1, 1, 2, 3, 4, 5, 5, 6, 7);
        int nan = among(0, 0, 1, 1, 2, -1);
        int coefficient = among(0, 6, -1);
        int status = cudnnSetActivationDescriptor(activation, mode, nan, coefficient);
        String answer = answer(status);
        if (status == 0) {
            clear();
            try (DoublePointer real = new DoublePointer(1).put(-77)) {
                int got = cudnnGetActivationDescriptor(activation, at(0), at(1), real);
                answer += got == 0 ? " " + read(0, 2) + "," + real.get() : " " + answer(got);
            }
        }
        say("activation", new int[] {mode, nan, coefficient}, answer);
    }

    private void pooling() {
        int[] v = {
            seldom() ? among(-1, 4) : random.nextInt(4),
            seldom() ? 2 : random.nextInt(2),
            seldom() ? 0 : 1 + random.nextInt(5),
            1 + random.nextInt(5),
            seldom() ? -1 : random.nextInt(4),
            random.nextInt(4),
            seldom() ? among(0, -1) : 1 + random.nextInt(3),
            1 + random.nextInt(3)
        };
        int status = cudnnSetPooling2dDescriptor(pooling, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
        say("pooling", v, answer(status));
        int h = 1 + random.nextInt(12);
        int w = 1 + random.nextInt(12);
        if (status == 0) {
            cudnnSetTensor4dDescriptorEx(tensor, CUDNN_DATA_FLOAT, 2, 3, h, w, 3 * h * w, h * w, w, 1);
            clear();
            int got = cudnnGetPooling2dForwardOutputDim(pooling, tensor, at(0), at(1), at(2), at(3));
            say("pooled", new int[] {h, w}, got == 0 ? read(0, 4) : answer(got));
        }
    }

    // ---- convolutions

    private String readConvolution() {
        clear();
        int got = cudnnGetConvolution2dDescriptor(convolution, at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7));
        int more = cudnnGetConvolutionGroupCount(convolution, at(8)) | cudnnGetConvolutionMathType(convolution, at(9));
        return (got == 0 ? read(0, 8) : answer(got)) + (more == 0 ? " " + read(8, 2) : " " + answer(more));
    }

    private void convolution() {
        int[] v = {
            seldom() ? -1 : random.nextInt(4),
            random.nextInt(4),
            seldom() ? among(0, -1) : 1 + random.nextInt(3),
            1 + random.nextInt(3),
            seldom() ? 0 : 1 + random.nextInt(3),
            1 + random.nextInt(3),
            seldom() ? among(-1, 2) : among(0, 1, 1),
            seldom() ? among(-1, 1, 3, 4) : among(CUDNN_DATA_FLOAT, CUDNN_DATA_FLOAT, CUDNN_DATA_HALF)
        };
        int status = cudnnSetConvolution2dDescriptor(convolution, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
        say("convolution", v, answer(status));
        int math = seldom() ? among(-1, 4) : random.nextInt(4);
        say("math", new int[] {math}, answer(cudnnSetConvolutionMathType(convolution, math)));
        int groups = seldom() ? among(0, -1) : among(1, 1, 2, 4, 8);
        say("groups", new int[] {groups}, answer(cudnnSetConvolutionGroupCount(convolution, groups)));
        // What a refused call leaves behind differs even between fields of one descriptor: nothing is asked of it.
        if (status == 0) {
            say("convolution is", new int[0], readConvolution());
        }
        convolved(Math.max(groups, 1), status == 0);
    }

    private void convolved(int groups, boolean set) {
        int c = 8 * (1 + random.nextInt(4));
        int h = 1 + random.nextInt(14);
        int w = 1 + random.nextInt(14);
        boolean half = random.nextBoolean();
        boolean last = random.nextBoolean();
        int pitch = c + among(0, 8);
        int type = half ? CUDNN_DATA_HALF : CUDNN_DATA_FLOAT;
        if (last) {
            cudnnSetTensor4dDescriptorEx(tensor, type, 2, c, h, w, pitch * h * w, 1, pitch * w, pitch);
        } else {
            cudnnSetTensor4dDescriptorEx(tensor, type, 2, c, h, w, pitch * h * w, h * w, w, 1);
        }
        int k = 8 * (1 + random.nextInt(4)) + (seldom() ? 1 : 0);
        int in = c / groups + (seldom() ? 1 : 0);
        int r = 1 + random.nextInt(5);
        int s = 1 + random.nextInt(5);
        int other = seldom() ? CUDNN_DATA_FLOAT + CUDNN_DATA_HALF - type : type;
        boolean lastFilter = seldom() != last;
        int format = lastFilter ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW;
        cudnnSetFilter4dDescriptor(filter, other, format, k, in, r, s);
        if (!set) {
            // What was never set ends the real library's process: a division by its stride, 0.
            return;
        }
        clear();
        int got = cudnnGetConvolution2dForwardOutputDim(convolution, tensor, filter, at(0), at(1), at(2), at(3));
        int[] values = {type, last ? 1 : 0, pitch, c, h, w, other, lastFilter ? 1 : 0, k, in, r, s};
        say("convolved", values, got == 0 ? read(0, 4) : answer(got));
    }

    @Override
    public void close() {
        cudnnDestroyTensorDescriptor(tensor);
        cudnnDestroyFilterDescriptor(filter);
        cudnnDestroyConvolutionDescriptor(convolution);
        cudnnDestroyActivationDescriptor(activation);
        cudnnDestroyPoolingDescriptor(pooling);
        numbers.deallocate();
    }
}
