package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.model.Tensor;
import io.dms.runtime.FusedPlan;
import io.dms.runtime.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns a fused plan into operations: walks the steps, keeps for every value how it is laid out, and puts a reorder only
 * where an operation wants another layout. Knows nothing of addresses. Not thread-safe, used once.
 */
final class PlanBuilder {
    final FusedPlan plan;
    final Scope scope;
    /** Convolutions use blocked layouts. */
    final boolean blocked;

    private final List<WeightUse> weights = new ArrayList<>();

    private final List<Operation> operations = new ArrayList<>();
    private final @Nullable View[] views;
    private final Map<Integer, List<View>> conversions = new HashMap<>();
    private final List<Buf> buffers = new ArrayList<>();
    private final Map<Object, Buf> contents = new HashMap<>();
    private final Concats concats;
    private int step;
    private String name = "";

    /** A content and the buffer that stands for it. */
    record WeightUse(Buf buf, Content content) {}

    PlanBuilder(FusedPlan plan, Scope scope) {
        this.plan = plan;
        this.scope = scope;
        this.blocked = LayoutChoice.blocked(plan);
        this.views = new View[plan.values().size()];
        this.concats = new Concats(plan);
    }

    /** Lowers all steps, then places the network outputs. */
    void build() {
        int[] inputs = plan.inputs();
        for (int i = 0; i < inputs.length; i++) {
            Desc d = Desc.plain(scope, dims(inputs[i]));
            Buf b = new Buf(Buf.Place.INPUT, d.bytes());
            b.index = i;
            b.values.add(inputs[i]);
            views[inputs[i]] = new View(d, b, 0);
        }
        for (step = 0; step < plan.steps().size(); step++) {
            Step s = plan.steps().get(step);
            name = s.name();
            lower(s);
        }
        int[] outputs = plan.outputs();
        name = "output";
        for (int i = 0; i < outputs.length; i++) {
            output(i, outputs[i]);
        }
    }

    private void lower(Step s) {
        if (s instanceof Step.Linear linear) {
            new LinearLowering(this, linear).lower();
        } else if (s instanceof Step.ScaleShift scale) {
            ElementLowering.scaleShift(this, scale);
        } else if (s instanceof Step.Elementwise e) {
            ElementLowering.elementwise(this, e);
        } else if (s instanceof Step.Binary b) {
            ElementLowering.binary(this, b);
        } else if (s instanceof Step.ChannelShuffle c) {
            MoveLowering.shuffle(this, c);
        } else if (s instanceof Step.Other o) {
            OtherLowering.lower(this, o);
        }
    }

    private void output(int index, int value) {
        View v = view(value);
        Desc want = Desc.plain(scope, dims(value));
        Buf b = v.buf();
        if (b.place == Buf.Place.ARENA
                && v.offset() == 0
                && v.desc().isPlain()
                && b.bytes == v.desc().bytes()) {
            b.place = Buf.Place.OUTPUT;
            b.index = index;
            return;
        }
        Buf out = new Buf(Buf.Place.OUTPUT, want.bytes());
        out.index = index;
        reorder(v.desc().isPlain() ? v.with(want) : v, new View(want, out, 0));
    }

    // ---- values ------------------------------------------------------------------------------------------------

    long[] dims(int value) {
        return Arrays.stream(plan.values().get(value).shape().dims())
                .mapToLong(d -> d)
                .toArray();
    }

    /** How a value lies now; constants are laid out plain on first use. */
    View view(int value) {
        View v = views[value];
        if (v == null) {
            Tensor c = plan.values().get(value).constant();
            if (c == null) {
                throw new IllegalStateException(
                        "no step writes " + plan.values().get(value).name());
            }
            v = constant(Desc.plain(scope, dims(value)), c.floats());
            views[value] = v;
        }
        return v;
    }

    /** How a value lies, or null where it has no place yet. */
    @Nullable
    View viewOrNull(int value) {
        return views[value];
    }

    boolean isConstant(int value) {
        return plan.values().get(value).constant() != null;
    }

    /** A constant in a plain layout. */
    View constant(Desc desc, float... values) {
        return new View(desc, content(new Content.Plain(values)), 0);
    }

    /** A buffer for a content that the weight store will provide. */
    Buf content(Content content) {
        Object key = content.key();
        Buf known = contents.get(key);
        if (known != null) {
            return known;
        }
        Buf b = new Buf(Buf.Place.FIXED, content.bytes());
        contents.put(key, b);
        weights.add(new WeightUse(b, content));
        return b;
    }

    /** Everything that the weight store must provide. */
    List<WeightUse> weights() {
        return weights;
    }

    /** Says how a value lies from now on. */
    void set(int value, View v) {
        views[value] = v;
        if (!v.buf().values.contains(value)) {
            v.buf().values.add(value);
        }
    }

    /** A place for a value in this layout: inside the result of the concat that reads it where that is possible. */
    View place(int value, Desc desc) {
        View v = concats.place(this, value, desc);
        if (v == null) {
            v = temporary(desc);
        }
        set(value, v);
        return v;
    }

    /** Storage that no value of the plan has. */
    View temporary(Desc desc) {
        Buf b = new Buf(Buf.Place.ARENA, desc.bytes());
        buffers.add(b);
        return new View(desc, b, 0);
    }

    /** True where the running step is the last that reads anything in the value's buffer, so that it may be written over. */
    boolean dies(int value) {
        View v = view(value);
        return v.buf().place == Buf.Place.ARENA && v.buf().values.stream().allMatch(x -> plan.lastUse(x) <= step);
    }

    /** The value in this layout: as it lies, or converted once for all that want it so. */
    View as(int value, Desc want) {
        View v = view(value);
        if (v.desc().same(want)) {
            return v;
        }
        if (v.desc().isPlain() && want.isPlain()) {
            return v.with(want);
        }
        for (View c : conversions.getOrDefault(value, List.of())) {
            if (c.desc().same(want)) {
                return c;
            }
        }
        View c = temporary(want);
        c.buf().values.add(value);
        reorder(v, c);
        conversions.computeIfAbsent(value, k -> new ArrayList<>()).add(c);
        return c;
    }

    /** The value row-major without gaps. */
    View plain(int value) {
        return as(value, Desc.plain(scope, dims(value)));
    }

    // ---- operations --------------------------------------------------------------------------------------------

    /** Copies from one layout to another. */
    void reorder(View from, View to) {
        PostOps attr = new PostOps(scope);
        Primitive p = Primitive.make(
                scope,
                out -> dnnl_reorder_primitive_desc_create(
                        out,
                        from.desc().md(),
                        Dnnl.get().engine(),
                        to.desc().md(),
                        Dnnl.get().engine(),
                        attr.finish()),
                "reordering " + from.desc() + " to " + to.desc() + " for " + name);
        run(p, List.of(DNNL_ARG_FROM, DNNL_ARG_TO), List.of(from, to));
    }

    /** Appends a primitive; its scratch memory is added. */
    void run(Primitive p, List<Integer> arguments, List<View> operands) {
        List<Integer> a = new ArrayList<>(arguments);
        List<View> v = new ArrayList<>(operands);
        if (p.scratchBytes() > 0) {
            a.add(DNNL_ARG_SCRATCHPAD);
            v.add(temporary(p.scratch()));
        }
        append(new Operation(name, p, null, a, v));
    }

    /** Appends a kernel in Java; all views must be plain. */
    void run(Kernel kernel, List<View> in, View out) {
        List<View> v = new ArrayList<>(in);
        v.add(out);
        List<Integer> a = new ArrayList<>();
        for (int i = 0; i < v.size(); i++) {
            if (!v.get(i).desc().isPlain()) {
                throw new IllegalStateException(
                        "kernels want plain layouts: " + v.get(i).desc() + " in " + name);
            }
            a.add(i);
        }
        append(new Operation(name, null, kernel, a, v));
    }

    private void append(Operation o) {
        o.views().forEach(v -> v.buf().usedBy(operations.size()));
        operations.add(o);
    }

    List<Operation> operations() {
        return operations;
    }

    List<Buf> buffers() {
        return buffers;
    }

    String name() {
        return name;
    }
}
