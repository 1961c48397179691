package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Which layers can read a prefix of the full-width master weights in place, and what does it cost against weights packed
 * for the level? Prints a table in Markdown. Not run by default:
 *
 * <pre>mvn -pl java/backend-cpu -am test -Dtest=InPlaceWeightsBenchmark -Dsurefire.failIfNoSpecifiedTests=false</pre>
 *
 * <p>For each layer and width, in one process and interleaved call by call: the convolution with everything in the layout
 * that the library likes best (the base of all ratios); the same with channels-last activations; and a matrix product
 * over channels-last activations whose weights are packed, or read in place from a master stored {@code [in][out]}, or
 * read in place from a master as ONNX stores it, {@code [out][in]}. 3x3 layers try a prefix view of blocked master
 * weights.
 */
class InPlaceWeightsBenchmark {
    private static final int ROUNDS = Integer.getInteger("rounds", 300);

    private static final dnnl_engine ENGINE = new dnnl_engine();
    private static final dnnl_stream STREAM = new dnnl_stream();
    private static final dnnl_primitive_attr NO_ATTR = new dnnl_primitive_attr();

    private static final List<Pointer> KEPT = new ArrayList<>();

    private record Layer(String name, int in, int out, int size, int kernel) {}

    private record Candidate(
            String name, String implementation, dnnl_primitive primitive, dnnl_exec_arg_t args, int n) {
        void run() {
            check(dnnl_primitive_execute(primitive, STREAM, n, args));
        }
    }

    @Test
    void table() {
        check(dnnl_engine_create(ENGINE, dnnl_cpu, 0));
        check(dnnl_stream_create(STREAM, ENGINE, dnnl_stream_default_flags));
        List<Layer> layers = List.of(
                new Layer("ResNet-50 1x1", 64, 256, 56, 1),
                new Layer("ResNet-50 1x1", 256, 64, 56, 1),
                new Layer("ResNet-50 1x1", 512, 128, 28, 1),
                new Layer("ResNet-50 1x1", 256, 1024, 14, 1),
                new Layer("ResNet-50 1x1", 1024, 256, 14, 1),
                new Layer("ResNet-50 1x1", 512, 2048, 7, 1),
                new Layer("MobileNetV2 1x1", 96, 576, 14, 1),
                new Layer("MobileNetV2 1x1", 960, 160, 7, 1),
                new Layer("linear", 2048, 1000, 1, 1),
                new Layer("ResNet-50 3x3", 64, 64, 56, 3),
                new Layer("ResNet-50 3x3", 256, 256, 14, 3));
        System.out.println("| layer | width | packed, us | implementation | channels-last | matmul, packed | matmul in"
                + " place, [in][out] | matmul in place, [out][in] | blocked prefix view |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Layer layer : layers) {
            for (double width : new double[] {1, 0.75, 0.5, 0.25}) {
                row(layer, width);
            }
        }
    }

    private static void row(Layer l, double width) {
        int in = (int) (l.in * width);
        int out = l.name.equals("linear") ? l.out : (int) (l.out * width);
        List<Candidate> all = new ArrayList<>();
        all.add(conv("packed", l, in, out, dnnl_format_tag_any, null));
        Candidate channelsLast = conv("channels-last", l, in, out, dnnl_acdb, null);
        all.add(channelsLast);
        if (l.kernel == 1) {
            all.add(matmul("matmul", l, in, out, null));
            all.add(matmul("in-out", l, in, out, new long[] {l.out, 1}));
            all.add(matmul("out-in", l, in, out, new long[] {1, l.in}));
        }
        double[] p50 = measure(all);
        StringBuilder row = new StringBuilder(String.format(
                Locale.ROOT,
                "| %s %d to %d, %dx%d | %.2f | %.1f | %s | %.2f |",
                l.name,
                l.in,
                l.out,
                l.size,
                l.size,
                width,
                p50[0] / 1e3,
                all.get(0).implementation,
                p50[1] / p50[0]));
        for (int i = 2; i < 5; i++) {
            row.append(i < p50.length ? String.format(Locale.ROOT, " %.2f |", p50[i] / p50[0]) : " - |");
        }
        if (l.kernel == 3 && width < 1) {
            Candidate view = conv("view", l, in, out, dnnl_format_tag_any, new long[] {l.out, l.in});
            long t = System.nanoTime();
            view.run();
            t = System.nanoTime() - t;
            row.append(String.format(Locale.ROOT, " %.0f (%s) |", t / p50[0], view.implementation));
        } else {
            row.append(" - |");
        }
        System.out.println(row);
    }

    private static double[] measure(List<Candidate> all) {
        long[][] times = new long[all.size()][ROUNDS];
        for (int r = -ROUNDS / 5; r < ROUNDS; r++) {
            for (int i = 0; i < all.size(); i++) {
                all.get(i).run();
                long t = System.nanoTime();
                all.get(i).run();
                t = System.nanoTime() - t;
                if (r >= 0) {
                    times[i][r] = t;
                }
            }
        }
        double[] p50 = new double[all.size()];
        for (int i = 0; i < p50.length; i++) {
            Arrays.sort(times[i]);
            p50[i] = times[i][ROUNDS / 2];
        }
        return p50;
    }

    /** @param master full output and input counts where the weights are a prefix view of blocked master weights */
    private static Candidate conv(String name, Layer l, int in, int out, int tag, long @Nullable [] master) {
        long[] src = {1, in, l.size, l.size};
        long[] wei = {out, in, l.kernel, l.kernel};
        long[] dst = {1, out, l.size, l.size};
        long pad = l.kernel / 2;
        dnnl_memory_desc weights = desc(wei, dnnl_format_tag_any);
        if (master != null) {
            weights = new dnnl_memory_desc();
            dnnl_memory_desc full = desc(new long[] {master[0], master[1], l.kernel, l.kernel}, dnnl_ABcd16b16a);
            check(dnnl_memory_desc_create_submemory(weights, full, wei, new long[] {0, 0, 0, 0}));
        }
        dnnl_primitive_desc pd = new dnnl_primitive_desc();
        check(dnnl_convolution_forward_primitive_desc_create(
                pd,
                ENGINE,
                dnnl_forward_inference,
                dnnl_convolution_direct,
                desc(src, tag),
                weights,
                null,
                desc(dst, tag),
                new long[] {1, 1},
                new long[] {0, 0},
                new long[] {pad, pad},
                new long[] {pad, pad},
                NO_ATTR));
        return candidate(name, pd);
    }

    /** @param strides of the weights {@code [in][out]} in the master, or null for packed ones */
    private static Candidate matmul(String name, Layer l, int in, int out, long @Nullable [] strides) {
        long rows = (long) l.size * l.size;
        dnnl_memory_desc weights = desc(new long[] {in, out}, dnnl_format_tag_any);
        if (strides != null) {
            weights = new dnnl_memory_desc();
            check(dnnl_memory_desc_create_with_strides(weights, 2, new long[] {in, out}, dnnl_f32, strides));
        }
        dnnl_primitive_desc pd = new dnnl_primitive_desc();
        check(dnnl_matmul_primitive_desc_create(
                pd,
                ENGINE,
                desc(new long[] {rows, in}, dnnl_ab),
                weights,
                null,
                desc(new long[] {rows, out}, dnnl_ab),
                NO_ATTR));
        return candidate(name, pd);
    }

    private static Candidate candidate(String name, dnnl_primitive_desc pd) {
        dnnl_primitive primitive = new dnnl_primitive();
        check(dnnl_primitive_create(primitive, pd));
        int[] kinds = {dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md};
        int[] slots = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
        dnnl_exec_arg_t args = new dnnl_exec_arg_t(3);
        for (int i = 0; i < 3; i++) {
            dnnl_memory_desc md = dnnl_primitive_desc_query_md(pd, kinds[i], 0);
            long bytes = dnnl_memory_desc_get_size(md);
            FloatPointer data = allocate(bytes);
            for (long k = 0; k < bytes / 4; k++) {
                data.put(k, 0.01f * (k % 13 - 6));
            }
            dnnl_memory memory = new dnnl_memory();
            check(dnnl_memory_create(memory, md, ENGINE, data));
            args.getPointer(i).arg(slots[i]).memory(memory);
        }
        PointerPointer<BytePointer> info = new PointerPointer<>(1);
        check(dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, info));
        return new Candidate(name, info.get(BytePointer.class, 0).getString(), primitive, args, 3);
    }

    /** Cache-line aligned, kept for the life of the process. */
    private static FloatPointer allocate(long bytes) {
        FloatPointer p = new FloatPointer(bytes / 4 + 16);
        KEPT.add(p);
        return p.getPointer((64 - (p.address() & 63)) % 64 / 4);
    }

    private static dnnl_memory_desc desc(long[] dims, int tag) {
        dnnl_memory_desc md = new dnnl_memory_desc();
        check(dnnl_memory_desc_create_with_tag(md, dims.length, dims, dnnl_f32, tag));
        return md;
    }

    private static void check(int status) {
        if (status != 0) {
            throw new IllegalStateException("oneDNN status " + status);
        }
    }
}
