package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/** A primitive descriptor that can still be refused, then a primitive. */
final class Primitive {
    private final Scope scope;
    private final dnnl_primitive_desc pd;
    private final String implementation;
    private @Nullable dnnl_primitive primitive;

    /** Calls one of the library's descriptor functions. */
    @FunctionalInterface
    interface Maker {
        int make(dnnl_primitive_desc out);
    }

    private Primitive(Scope scope, dnnl_primitive_desc pd) {
        this.scope = scope;
        this.pd = pd;
        try (PointerPointer<BytePointer> p = new PointerPointer<>(1)) {
            Dnnl.check(dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, p), "asking an implementation");
            implementation = new BytePointer(p.get()).getString();
        }
    }

    /** The primitive descriptor, or null where the library has no such implementation. */
    static @Nullable Primitive tryMake(Scope scope, Maker maker, String what) {
        dnnl_primitive_desc pd = new dnnl_primitive_desc();
        int status = maker.make(pd);
        if (status == dnnl_unimplemented || status == dnnl_invalid_arguments) {
            return null;
        }
        Dnnl.check(status, what);
        return new Primitive(scope, scope.own(pd));
    }

    /** Takes over a descriptor that was made elsewhere. */
    static Primitive adopt(Scope scope, dnnl_primitive_desc pd) {
        return new Primitive(scope, scope.own(pd));
    }

    /** As {@link #tryMake}, where there must be one. */
    static Primitive make(Scope scope, Maker maker, String what) {
        dnnl_primitive_desc pd = new dnnl_primitive_desc();
        Dnnl.check(maker.make(pd), what);
        return new Primitive(scope, scope.own(pd));
    }

    /** Name of the implementation that the library chose, as in {@code jit:avx512_core}. */
    String implementation() {
        return implementation;
    }

    /** True for the library's slow reference implementation. */
    boolean isReference() {
        return implementation.startsWith("ref");
    }

    Desc source() {
        return query(dnnl_query_src_md, 0);
    }

    Desc weights() {
        return query(dnnl_query_weights_md, 0);
    }

    Desc destination() {
        return query(dnnl_query_dst_md, 0);
    }

    Desc argument(int argument) {
        return query(dnnl_query_exec_arg_md, argument);
    }

    private Desc query(int what, int index) {
        dnnl_memory_desc md = dnnl_primitive_desc_query_md(pd, what, index);
        if (md == null || md.isNull()) {
            throw new IllegalStateException("oneDNN does not tell a layout: " + implementation);
        }
        return Desc.copyOf(scope, md);
    }

    /** Bytes of scratch memory that an execution needs. */
    long scratchBytes() {
        dnnl_memory_desc md = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
        return md == null || md.isNull() ? 0 : dnnl_memory_desc_get_size(md);
    }

    /** The scratch memory's layout. */
    Desc scratch() {
        return query(dnnl_query_scratchpad_md, 0);
    }

    /** The primitive itself, made on first use. */
    dnnl_primitive primitive() {
        dnnl_primitive p = primitive;
        if (p == null) {
            p = new dnnl_primitive();
            Dnnl.check(dnnl_primitive_create(p, pd), "creating a primitive (" + implementation + ")");
            primitive = scope.own(p);
        }
        return p;
    }
}
