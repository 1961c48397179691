package io.dms.backend.cudnn;

import static io.dms.backend.cudnn.DescriptorCalls.answer;
import static org.bytedeco.cuda.global.cudnn.*;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Seeded calls of cuDNN's graph interface, as far as it needs no device: descriptors as the probe for filters makes them,
 * and such with one thing changed. Lines as of {@link DescriptorCalls}. Apart from that class, since the presets of CUDA
 * 10.2 and 11.4 have no such functions.
 */
final class GraphCalls implements AutoCloseable {
    private static final Map<Integer, String> KINDS = Map.of(
            CUDNN_BACKEND_TENSOR_DESCRIPTOR, "tensor",
            CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, "convolution",
            CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR, "forward",
            CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, "pack",
            CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, "graph",
            CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, "configuration",
            CUDNN_BACKEND_ENGINE_DESCRIPTOR, "engine",
            CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, "heuristics",
            CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, "plan");

    private final Random random;
    private final List<String> lines = new ArrayList<>();
    private final Deque<cudnnBackendDescriptor_t> made = new ArrayDeque<>();

    private GraphCalls(long seed) {
        random = new Random(seed);
    }

    /** Makes the calls of a seed. */
    static List<String> ask(long seed) {
        try (GraphCalls calls = new GraphCalls(seed)) {
            for (int kind : KINDS.keySet().stream().sorted().mapToInt(k -> k).toArray()) {
                calls.empty(kind);
            }
            for (int i = 0; i < 60; i++) {
                calls.change("tensor", CUDNN_BACKEND_TENSOR_DESCRIPTOR, calls.tensor());
                calls.change("convolution", CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, calls.convolution());
                calls.change("pack", CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, calls.pack());
                calls.forward();
            }
            return calls.lines;
        }
    }

    /** An attribute as it is given: numbers, which are 8 bytes or 4, or reals, or addresses. */
    private record Attribute(int name, int type, long count, long[] values) {
        @Override
        public String toString() {
            boolean address = values[0] > 1L << 40;
            String list = address ? "[descriptor]" : Arrays.toString(values);
            return name + ":" + type + "x" + count + list.replace(" ", "");
        }

        /** More than is asked for, since who is asked may read as much as was said to be there. */
        Pointer memory() {
            int n = values.length + 8;
            LongPointer longs = new LongPointer(n);
            for (int i = 0; i < n; i++) {
                longs.put(i, 0);
            }
            if (type == CUDNN_TYPE_INT64
                    || type == CUDNN_TYPE_VOID_PTR
                    || type == CUDNN_TYPE_BACKEND_DESCRIPTOR
                    || type == CUDNN_TYPE_HANDLE) {
                for (int i = 0; i < n; i++) {
                    longs.put(i, values[Math.min(i, values.length - 1)]);
                }
                return longs;
            }
            if (type == CUDNN_TYPE_FLOAT) {
                FloatPointer reals = new FloatPointer(longs);
                for (int i = 0; i < values.length; i++) {
                    reals.put(i, values[i]);
                }
                return longs;
            }
            IntPointer ints = new IntPointer(longs);
            for (int i = 0; i < values.length; i++) {
                ints.put(i, (int) values[i]);
            }
            return longs;
        }
    }

    private static Attribute longs(int name, long... values) {
        return new Attribute(name, CUDNN_TYPE_INT64, values.length, values);
    }

    private void say(String line) {
        lines.add(line);
    }

    private long among(long... values) {
        return values[random.nextInt(values.length)];
    }

    private cudnnBackendDescriptor_t make(int kind) {
        cudnnBackendDescriptor_t d = new cudnnBackendDescriptor_t();
        int status = cudnnBackendCreateDescriptor(kind, d);
        if (status != 0) {
            throw new IllegalStateException("kind " + kind + ": " + answer(status));
        }
        made.push(d);
        return d;
    }

    private static int set(cudnnBackendDescriptor_t d, Attribute a) {
        try (Pointer memory = a.memory()) {
            return cudnnBackendSetAttribute(d, a.name, a.type, a.count, memory);
        }
    }

    /** What each kind says of itself when nothing was set. */
    private void empty(int kind) {
        cudnnBackendDescriptor_t d = make(kind);
        String name = Objects.requireNonNull(KINDS.get(kind));
        // A configuration or a plan of nothing is refused by 9.5 and ends the process of 9.24.
        if (kind != CUDNN_BACKEND_ENGINECFG_DESCRIPTOR && kind != CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR) {
            say(name + ", nothing set -> " + answer(cudnnBackendFinalize(d)));
        }
        say(name + ", not finalized, asked -> " + read(d, CUDNN_ATTR_TENSOR_DIMENSIONS));
    }

    private static String read(cudnnBackendDescriptor_t d, int name) {
        try (LongPointer out = new LongPointer(8);
                LongPointer count = new LongPointer(1).put(0)) {
            int status = cudnnBackendGetAttribute(d, name, CUDNN_TYPE_INT64, 8, count, out);
            if (status != 0) {
                return answer(status);
            }
            long[] values = new long[(int) count.get()];
            out.get(values);
            return Arrays.toString(values).replace(" ", "");
        }
    }

    // ---- what is right

    private List<Attribute> tensor() {
        long n = among(1, 2, 8);
        long c = 8L * (1 + random.nextInt(8));
        long pitch = c + among(0, 0, 8, 24);
        long h = 1L + random.nextInt(16);
        long w = 1L + random.nextInt(16);
        long[] strides = random.nextBoolean()
                ? new long[] {pitch * h * w, 1, pitch * w, pitch}
                : new long[] {pitch * h * w, h * w, w, 1};
        return List.of(
                new Attribute(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, new long[] {among(0, 2)}),
                longs(CUDNN_ATTR_TENSOR_DIMENSIONS, n, c, h, w),
                longs(CUDNN_ATTR_TENSOR_STRIDES, strides),
                longs(CUDNN_ATTR_TENSOR_UNIQUE_ID, among('x', 'w', 'y')),
                longs(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, 16));
    }

    private List<Attribute> convolution() {
        long[] dilations = {1, among(1, 2)};
        long[] strides = {among(1, 2), among(1, 2)};
        long[] before = {among(0, 1), among(0, 3)};
        return convolution(dilations, strides, before, new long[] {among(0, 1), among(0, 3)});
    }

    private static List<Attribute> convolution(long[] dilations, long[] strides, long[] before, long[] behind) {
        long[] type = {CUDNN_DATA_FLOAT};
        long[] mode = {CUDNN_CROSS_CORRELATION};
        return List.of(
                new Attribute(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, 1, type),
                new Attribute(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, mode),
                longs(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2),
                longs(CUDNN_ATTR_CONVOLUTION_DILATIONS, dilations),
                longs(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, strides),
                longs(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, before),
                longs(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, behind));
    }

    private List<Attribute> pack() {
        return List.of(
                longs(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, 'x', 'w', 'y'),
                new Attribute(
                        CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, 3, new long[] {4096, 8192, 16384}),
                new Attribute(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, new long[] {32768}));
    }

    // ---- and with one thing changed

    private List<Attribute> changed(List<Attribute> right) {
        List<Attribute> all = new ArrayList<>(right);
        int at = random.nextInt(all.size());
        Attribute a = all.get(at);
        switch (random.nextInt(11)) {
            case 0 -> all.set(at, new Attribute(a.name, (int) among(0, 1, 3, 4, 6, 7, 8, 15), a.count, a.values));
            case 1 -> all.set(at, new Attribute(a.name, a.type, among(0, -1, a.count + 1, a.count - 1), a.values));
            case 2 -> all.set(at, new Attribute((int) among(100, 701, 906, 1301, 5555), a.type, a.count, a.values));
            case 3 -> all.remove(at);
            case 4, 5, 6, 7 -> {
                long[] values = a.values.clone();
                long other = among(-1, 0, 3, 5, 1L << 33);
                // A type of elements that there is not ends the real library's process.
                values[random.nextInt(values.length)] =
                        a.type == CUDNN_TYPE_DATA_TYPE ? Math.floorMod(other, 5) : other;
                all.set(at, new Attribute(a.name, a.type, a.count, values));
            }
            case 8 -> all.add(a);
            default -> {
                // As it is.
            }
        }
        return all;
    }

    private void change(String name, int kind, List<Attribute> right) {
        cudnnBackendDescriptor_t d = make(kind);
        finish(name, d, changed(right));
        if (kind == CUDNN_BACKEND_TENSOR_DESCRIPTOR) {
            say("tensor asked -> " + read(d, CUDNN_ATTR_TENSOR_DIMENSIONS) + " " + read(d, CUDNN_ATTR_TENSOR_STRIDES));
        }
    }

    private void finish(String name, cudnnBackendDescriptor_t d, List<Attribute> attributes) {
        StringBuilder line = new StringBuilder(name);
        for (Attribute a : attributes) {
            int status = set(d, a);
            line.append(' ').append(a).append(status == 0 ? "" : " (" + answer(status) + ")");
        }
        int status = cudnnBackendFinalize(d);
        say(line + " -> " + answer(status));
        if (random.nextInt(10) == 0) {
            say(name + " set once more -> " + answer(set(d, attributes.get(0))) + " "
                    + answer(cudnnBackendFinalize(d)));
        }
    }

    private long described(StringBuilder told, long... dims) {
        cudnnBackendDescriptor_t d = make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
        long n = dims[1] * dims[2] * dims[3];
        set(d, new Attribute(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, new long[] {CUDNN_DATA_FLOAT}));
        set(d, longs(CUDNN_ATTR_TENSOR_DIMENSIONS, dims));
        set(d, longs(CUDNN_ATTR_TENSOR_STRIDES, n, 1, dims[1] * dims[3], dims[1]));
        set(d, longs(CUDNN_ATTR_TENSOR_UNIQUE_ID, made.size()));
        set(d, longs(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, 16));
        boolean whole = random.nextInt(16) != 0;
        if (whole && cudnnBackendFinalize(d) != 0) {
            throw new IllegalStateException("a tensor of " + Arrays.toString(dims));
        }
        told.append(' ').append(Arrays.toString(dims).replace(" ", "")).append(whole ? "" : "!");
        return d.address();
    }

    /** A convolution of tensors whose extents fit, or do not. */
    private void forward() {
        cudnnBackendDescriptor_t conv = make(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
        long pad = among(0, 1);
        long stride = among(1, 1, 2);
        long[] pads = {pad, pad};
        for (Attribute a : convolution(new long[] {1, 1}, new long[] {stride, stride}, pads, pads)) {
            set(conv, a);
        }
        cudnnBackendFinalize(conv);
        long c = among(8, 16);
        long k = among(8, 24);
        long h = 4L + random.nextInt(5);
        long out = (h + 2 * pad - 3) / stride + 1;
        boolean fits = random.nextInt(3) != 0;
        StringBuilder told =
                new StringBuilder("forward ").append(pad).append(',').append(stride);
        long x = described(told, 2, c, h, h);
        long w = described(
                told, fits || random.nextBoolean() ? k : k + 8, fits || random.nextBoolean() ? c : c / 2, 3, 3);
        long y = described(
                told, fits || random.nextBoolean() ? 2 : 1, k, fits || random.nextBoolean() ? out : out + 1, out);
        int d = CUDNN_TYPE_BACKEND_DESCRIPTOR;
        List<Attribute> right = List.of(
                new Attribute(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, d, 1, new long[] {x}),
                new Attribute(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, d, 1, new long[] {w}),
                new Attribute(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, d, 1, new long[] {y}),
                new Attribute(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, d, 1, new long[] {conv.address()}),
                new Attribute(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, 1, new long[] {1}),
                new Attribute(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, 1, new long[] {0}));
        List<Attribute> given = changed(right);
        // What is no descriptor is read all the same, and ends the process.
        Set<Long> sound = Set.of(x, w, y, conv.address());
        given.removeIf(a -> a.type == d && !sound.contains(a.values[0]));
        cudnnBackendDescriptor_t op = make(CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
        finish(told.toString(), op, given);
    }

    @Override
    public void close() {
        while (!made.isEmpty()) {
            cudnnBackendDestroyDescriptor(made.pop());
        }
    }
}
