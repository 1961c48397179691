package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Owns native objects and destroys them together, last made first. Not thread-safe. */
final class Scope implements AutoCloseable {
    private final List<Runnable> owned = new ArrayList<>();

    private void add(Runnable destroy) {
        Dnnl.made();
        owned.add(destroy);
    }

    dnnl_memory_desc own(dnnl_memory_desc md) {
        add(() -> dnnl_memory_desc_destroy(md));
        return md;
    }

    dnnl_primitive_attr own(dnnl_primitive_attr attr) {
        add(() -> dnnl_primitive_attr_destroy(attr));
        return attr;
    }

    dnnl_post_ops own(dnnl_post_ops ops) {
        add(() -> dnnl_post_ops_destroy(ops));
        return ops;
    }

    dnnl_primitive_desc own(dnnl_primitive_desc pd) {
        add(() -> dnnl_primitive_desc_destroy(pd));
        return pd;
    }

    dnnl_primitive own(dnnl_primitive p) {
        add(() -> dnnl_primitive_destroy(p));
        return p;
    }

    dnnl_memory own(dnnl_memory m) {
        add(() -> dnnl_memory_destroy(m));
        return m;
    }

    dnnl_exec_arg_t own(dnnl_exec_arg_t args) {
        add(args::deallocate);
        return args;
    }

    NativeBlock own(NativeBlock block) {
        add(block::close);
        return block;
    }

    @Override
    public void close() {
        for (int i = owned.size() - 1; i >= 0; i--) {
            owned.get(i).run();
            Dnnl.destroyed();
        }
        owned.clear();
    }
}
