package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Images;
import io.dms.backend.cudnn.bridge.Layout;
import io.dms.backend.cudnn.bridge.Tensors;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import io.dms.runtime.FusedPlan;
import io.dms.runtime.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns a fused plan into operations: walks the steps, keeps for every value how it lies, and converts only where an
 * operation wants another layout. Knows no address. Not thread-safe, used once.
 */
final class PlanBuilder {
    final FusedPlan plan;
    final Device device;
    final SharedScales scales;
    final Images images;
    final Tensors tensors;
    final long stream;

    private final List<WeightUse> weights = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();
    private final List<Buf> buffers = new ArrayList<>();
    private final List<HostLongs> numbers = new ArrayList<>();
    private final @Nullable View[] views;
    private final Map<Integer, List<View>> conversions = new HashMap<>();
    private final Map<Integer, DenseCopy> denseCopies = new HashMap<>();
    private final Map<Object, Buf> contents = new HashMap<>();
    private final Concats concats;
    private String name = "";
    private boolean quiet;
    private List<Runnable> caught = new ArrayList<>();

    /** A content and the buffer that stands for it. */
    record WeightUse(Buf buf, Content content) {}

    PlanBuilder(FusedPlan plan, Device device, SharedScales scales) {
        this.plan = plan;
        this.scales = scales;
        this.device = device;
        this.images = device.bridge.images();
        this.tensors = device.bridge.tensors();
        this.stream = device.gpu.stream();
        this.views = new View[plan.values().size()];
        this.concats = new Concats(plan);
    }

    /** Lowers all steps between the transfers of inputs and outputs, whose host memory has these addresses. */
    void build(long[] hostInputs, long[] hostOutputs) {
        int[] inputs = plan.inputs();
        for (int i = 0; i < inputs.length; i++) {
            View v = fresh(dims(inputs[i]), false, false);
            long from = hostInputs[i];
            name = "input " + plan.values().get(inputs[i]).name();
            run("copy", () -> device.gpu.copyToDevice(v.at(), from, v.bytes()), v);
            views[inputs[i]] = v;
        }
        for (Step s : plan.steps()) {
            name = s.name();
            lower(s);
        }
        int[] outputs = plan.outputs();
        for (int i = 0; i < outputs.length; i++) {
            name = "output " + plan.values().get(outputs[i]).name();
            View v = view(outputs[i]);
            if (!v.isPlain() || v.half()) {
                View out = fresh(dims(outputs[i]), false, false);
                convert(v, out);
                v = out;
            }
            View last = v;
            long to = hostOutputs[i];
            run("copy", () -> device.gpu.copyToHost(to, last.at(), last.bytes()), last);
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

    UserException unsupported(String what) {
        return new UserException(
                "the cudnn backend can't run node " + name + ": " + what + " is not supported, choose another backend");
    }

    // ---- values

    int[] dims(int value) {
        return plan.values().get(value).shape().dims();
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
            Buf b = content(new Content.Plain(c.floats(), device.half));
            v = image(b, dims(value), false, device.half);
            views[value] = v;
        }
        return v;
    }

    @Nullable
    View viewOrNull(int value) {
        return views[value];
    }

    /** The value in the session's type, in whatever layout it lies. */
    View typed(int value) {
        View v = view(value);
        return v.half() == device.half ? v : as(value, v.nhwc(), false);
    }

    /**
     * The value in the session's type and this layout, converted once for all that want it so.
     *
     * @param dense without gaps
     */
    View as(int value, boolean nhwc, boolean dense) {
        View v = view(value);
        if (fits(v, nhwc, dense)) {
            return v.nhwc() == nhwc ? v : relabel(v, nhwc);
        }
        for (View c : conversions.getOrDefault(value, List.of())) {
            if (c.nhwc() == nhwc) {
                return c;
            }
        }
        View c = fresh(dims(value), nhwc, device.half);
        convert(v, c);
        conversions.computeIfAbsent(value, k -> new ArrayList<>()).add(c);
        return c;
    }

    private boolean fits(View v, boolean nhwc, boolean dense) {
        boolean same = v.nhwc() == nhwc || (v.isDense() && (v.hw() == 1 || v.c() == 1));
        return v.half() == device.half && same && (!dense || v.isDense());
    }

    /** A view whose bytes are the same in both layouts. */
    private static View relabel(View v, boolean nhwc) {
        return new View(v.buf(), v.offset(), v.n(), v.c(), v.h(), v.w(), nhwc, v.half(), v.c());
    }

    /** The value row-major without gaps. */
    View plain(int value) {
        return as(value, false, true);
    }

    /** Says how a value lies from now on. */
    void set(int value, View v) {
        views[value] = v;
    }

    /** A place for a value: inside the result of the concat that reads it where that is possible. */
    View place(int value, boolean nhwc) {
        View v = concats.place(this, value, nhwc);
        if (v == null) {
            v = fresh(dims(value), nhwc, device.half);
        }
        views[value] = v;
        return v;
    }

    /** Storage of its own in the arena. */
    View fresh(int[] dims, boolean nhwc, boolean half) {
        long elements = 1;
        for (int d : dims) {
            elements = Math.multiplyExact(elements, d);
        }
        Buf b = new Buf(true, (half ? 2 : 4) * elements);
        buffers.add(b);
        return image(b, dims, nhwc, half);
    }

    /** Dimensions of any rank as an image: the first two are n and c, the last is w. */
    private static View image(Buf b, int[] dims, boolean nhwc, boolean half) {
        int rank = dims.length;
        int n = rank < 2 ? 1 : dims[0];
        int c = rank == 0 ? 1 : rank == 1 ? dims[0] : dims[1];
        int h = 1;
        for (int i = 2; i < rank - 1; i++) {
            h = Math.multiplyExact(h, dims[i]);
        }
        int w = rank < 3 ? 1 : dims[rank - 1];
        return new View(b, 0, n, c, h, w, nhwc, half, c);
    }

    /** A buffer for a content that the weight store will provide. */
    Buf content(Content content) {
        Object key = content.key();
        Buf known = contents.get(key);
        if (known != null) {
            return known;
        }
        Buf b = new Buf(false, content.bytes());
        contents.put(key, b);
        weights.add(new WeightUse(b, content));
        return b;
    }

    /** Numbers in single precision, as scales, biases and slopes are read; null for null. */
    @Nullable
    Buf floats(float @Nullable [] values) {
        return values == null ? null : content(new Content.Plain(values, false));
    }

    /** Numbers that stay in host memory, for kernels that read them during the call. */
    long numbers(long... values) {
        HostLongs h = new HostLongs(values);
        numbers.add(h);
        return h.address();
    }

    // ---- operations

    /** Appends an operation that uses these views. */
    void run(String what, Runnable work, View... used) {
        run(what, work, Copies.NONE, used);
    }

    private void run(String what, Runnable work, Copies copies, View... used) {
        use(used);
        if (quiet) {
            caught.add(work);
        } else {
            operations.add(new Operation(name, what, work, copies, null));
        }
    }

    /** Says that the next operation uses these. */
    void use(View... used) {
        for (View v : used) {
            v.buf().usedBy(operations.size());
        }
    }

    /** What {@code body} would append is given back instead; its views count as used by the next operation. */
    List<Runnable> collect(Runnable body) {
        quiet = true;
        caught = new ArrayList<>();
        try {
            body.run();
            return List.copyOf(caught);
        } finally {
            quiet = false;
            caught = new ArrayList<>();
        }
    }

    /** Appends a layer that uses these views, and what those use that were collected for it. */
    void run(String what, PlannedCall call, View... used) {
        use(used);
        operations.add(new Operation(name, what, call::run, Copies.NONE, call));
    }

    /** Copies from one layout to another. */
    void convert(View from, View to) {
        run("convert", conversion(from, to), Copies.of(to), from, to);
    }

    private Runnable conversion(View from, View to) {
        Layout x = from.layout();
        Layout y = to.layout();
        return () -> images.convert(x, from.at(), y, to.at(), stream);
    }

    /** A place without gaps for a copy of a value that lies at this range of channels; the same for all that ask. */
    DenseCopy dense(int value, View range) {
        return denseCopies.computeIfAbsent(value, v -> {
            View to = fresh(dims(v), range.nhwc(), range.half());
            return new DenseCopy(to, conversion(range, to));
        });
    }

    List<DenseCopy> denseCopies() {
        return List.copyOf(denseCopies.values());
    }

    List<WeightUse> weights() {
        return weights;
    }

    List<Operation> operations() {
        return operations;
    }

    List<Buf> buffers() {
        return buffers;
    }

    List<HostLongs> numbers() {
        return numbers;
    }

    String name() {
        return name;
    }
}
