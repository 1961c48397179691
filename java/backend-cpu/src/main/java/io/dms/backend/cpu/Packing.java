package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.model.AxisCut;
import io.dms.model.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/**
 * Packs one constant: one reorder from the strided master to the packed layout, the scale applied on the way. Where the
 * cut has several ranges (the consumer of a concat), these are first gathered into a dense copy. Can be run again and
 * again.
 */
final class Packing implements Content.Job {
    private final Scope scope = new Scope();
    private final List<dnnl_primitive> primitives = new ArrayList<>();
    private final List<dnnl_exec_arg_t> arguments = new ArrayList<>();
    private final List<Integer> counts = new ArrayList<>();
    private final List<String> implementations = new ArrayList<>();
    private final ByteBuffer master;

    /**
     * @param target layout of the packed weights
     * @param address where they go
     */
    Packing(WeightSource source, Desc target, long address) {
        try {
            master = prepare(source, target, address);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    /** Makes the primitives; the master's bytes. */
    private ByteBuffer prepare(WeightSource source, Desc target, long address) {
        Tensor base = source.tensor().base();
        ByteBuffer bytes = base.bytes();
        if (!bytes.isDirect()) {
            ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining());
            direct.put(bytes).flip();
            bytes = direct;
        }
        long from;
        try (BytePointer p = new BytePointer(bytes)) {
            from = p.address();
        }
        long[] strides;
        if (source.isStrided()) {
            from += 4 * source.baseOffset();
            strides = source.baseStrides();
        } else {
            from = gather(source, from);
            long k = source.kernelElements();
            strides = source.strides(source.tensor().shape().dim(1) * k, k);
        }
        Desc strided = Desc.strided(scope, source.dims(), strides);
        reorder(strided, from, target, address, source.scale(), source.scaleMask());
        return bytes;
    }

    /** Copies the ranges of a cut into a dense tensor; its address. */
    private long gather(WeightSource source, long from) {
        Tensor t = source.tensor();
        NativeBlock dense = scope.own(new NativeBlock(4 * t.elements()));
        long k = source.kernelElements();
        AxisCut c0 = t.cut(0);
        AxisCut c1 = t.cut(1);
        long in = c1.size() * k;
        long out = c1.kept() * k;
        long row = 0;
        for (int i = 0; i < c0.ranges(); i++) {
            long column = 0;
            for (int j = 0; j < c1.ranges(); j++) {
                long[] size = {c0.length(i), c1.length(j) * k};
                reorder(
                        Desc.strided(scope, size, new long[] {in, 1}),
                        from + 4 * (c0.start(i) * in + c1.start(j) * k),
                        Desc.strided(scope, size, new long[] {out, 1}),
                        dense.address() + 4 * (row * out + column),
                        null,
                        0);
                column += c1.length(j) * k;
            }
            row += c0.length(i);
        }
        return dense.address();
    }

    private void reorder(Desc from, long source, Desc to, long target, float @Nullable [] scale, int mask) {
        dnnl_primitive_attr attr = new dnnl_primitive_attr();
        Dnnl.check(dnnl_primitive_attr_create(attr), "creating attributes");
        scope.own(attr);
        if (scale != null) {
            Dnnl.check(dnnl_primitive_attr_set_scales_mask(attr, DNNL_ARG_SRC, mask), "setting scales");
        }
        Primitive p = Primitive.make(
                scope,
                out -> dnnl_reorder_primitive_desc_create(
                        out, from.md(), Dnnl.get().engine(), to.md(), Dnnl.get().engine(), attr),
                "packing weights " + from + " to " + to);
        dnnl_exec_arg_t args = scope.own(new dnnl_exec_arg_t(scale == null ? 2 : 3));
        args.position(0).arg(DNNL_ARG_FROM).memory(memory(from, source));
        args.position(1).arg(DNNL_ARG_TO).memory(memory(to, target));
        if (scale != null) {
            NativeBlock s = scope.own(new NativeBlock(4L * scale.length));
            s.floats(0, scale.length).put(scale);
            args.position(2)
                    .arg(DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC)
                    .memory(memory(Desc.plain(scope, scale.length), s.address()));
        }
        args.position(0);
        primitives.add(p.primitive());
        implementations.add(p.implementation());
        arguments.add(args);
        counts.add(scale == null ? 2 : 3);
    }

    private dnnl_memory memory(Desc desc, long address) {
        dnnl_memory m = new dnnl_memory();
        Dnnl.check(
                dnnl_memory_create(m, desc.md(), Dnnl.get().engine(), NativeBlock.at(address, 0)), "creating a memory");
        return scope.own(m);
    }

    /** Names of the library's implementations. */
    List<String> implementations() {
        return implementations;
    }

    @Override
    public void run() {
        for (int i = 0; i < primitives.size(); i++) {
            int status =
                    dnnl_primitive_execute(primitives.get(i), Dnnl.get().stream(), counts.get(i), arguments.get(i));
            if (status != 0) {
                throw Dnnl.failure(status, "packing weights");
            }
        }
    }

    /** The master's bytes: held, so that they live as long as this. */
    ByteBuffer master() {
        return master;
    }

    @Override
    public void close() {
        scope.close();
    }
}
