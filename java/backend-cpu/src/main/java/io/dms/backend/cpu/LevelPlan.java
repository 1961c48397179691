package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.model.Graph;
import io.dms.runtime.ArenaPlanner;
import io.dms.runtime.FusedPlan;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.jspecify.annotations.Nullable;

/**
 * One level at one batch, ready to run: primitives with their arguments bound to memory. Calls of {@link #run} allocate
 * nothing. Owns its native objects; the arena and the packed weights belong to the session.
 */
final class LevelPlan implements AutoCloseable {
    private final Scope scope = new Scope();
    private final dnnl_stream stream = Dnnl.get().stream();
    private final String[] names;
    private final String[] implementations;
    private final @Nullable dnnl_primitive[] primitives;
    private final int[] counts;
    private final @Nullable dnnl_exec_arg_t[] arguments;
    private final @Nullable Kernel[] kernels;
    private final FloatBuffer[][] operands;
    private final Map<Place, Bound> bound = new HashMap<>();
    private final List<Bound> arena = new ArrayList<>();
    private final Bound[] outside;
    private final KernelSlot[] slots;
    private final List<PlanBuilder.WeightUse> weights;
    private final Bound[][] weightMemories;
    private final KernelSlot[][] weightSlots;
    private final long arenaBytes;
    private final Address scratch = new Address();
    private long usualNanos;

    /** Where a kernel finds an operand that the caller brings or that lies in the arena. */
    private record KernelSlot(FloatBuffer[] into, int at, Buf buf, long offset, long elements) {}

    /** A view's identity: layout and place. */
    private record Place(Desc desc, Buf buf, long offset) {}

    /** A memory object of the library and what it stands for. */
    private record Bound(dnnl_memory memory, Buf buf, long offset) {}

    LevelPlan(Graph graph, int batch) {
        try {
            FusedPlan plan = FusedPlan.of(graph, batch);
            PlanBuilder b = new PlanBuilder(plan, scope);
            b.build();
            arenaBytes = layOut(b.buffers());
            weights = b.weights();
            List<Operation> ops = b.operations();
            int n = ops.size();
            names = new String[n];
            implementations = new String[n];
            primitives = new dnnl_primitive[n];
            counts = new int[n];
            arguments = new dnnl_exec_arg_t[n];
            kernels = new Kernel[n];
            operands = new FloatBuffer[n][];
            List<KernelSlot> found = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                bind(i, ops.get(i), found);
            }
            slots = found.toArray(new KernelSlot[0]);
            weightMemories = new Bound[weights.size()][];
            weightSlots = new KernelSlot[weights.size()][];
            for (int i = 0; i < weightMemories.length; i++) {
                Buf buf = weights.get(i).buf();
                weightMemories[i] =
                        bound.values().stream().filter(m -> m.buf == buf).toArray(Bound[]::new);
                weightSlots[i] = found.stream().filter(k -> k.buf == buf).toArray(KernelSlot[]::new);
            }
            outside = bound.values().stream()
                    .filter(m -> m.buf.place == Buf.Place.INPUT || m.buf.place == Buf.Place.OUTPUT)
                    .toArray(Bound[]::new);
            bound.values().stream().filter(m -> m.buf.place == Buf.Place.ARENA).forEach(arena::add);
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    private static long layOut(List<Buf> buffers) {
        ArenaPlanner planner = new ArenaPlanner();
        List<Buf> placed = new ArrayList<>();
        for (Buf b : buffers) {
            if (b.place == Buf.Place.ARENA && b.last >= 0) {
                planner.add(b.bytes, b.first, b.last);
                placed.add(b);
            }
        }
        for (int i = 0; i < placed.size(); i++) {
            placed.get(i).at = planner.offset(i);
        }
        return planner.size();
    }

    private void bind(int i, Operation o, List<KernelSlot> found) {
        names[i] = o.name();
        int n = o.views().size();
        Primitive p = o.primitive();
        if (p != null) {
            implementations[i] = p.implementation();
            primitives[i] = p.primitive();
            counts[i] = n;
            dnnl_exec_arg_t args = scope.own(new dnnl_exec_arg_t(n));
            for (int k = 0; k < n; k++) {
                args.position(k)
                        .arg(o.arguments().get(k))
                        .memory(memory(o.views().get(k)).memory);
            }
            args.position(0);
            arguments[i] = args;
            operands[i] = new FloatBuffer[0];
            return;
        }
        implementations[i] = "java";
        kernels[i] = o.kernel();
        operands[i] = new FloatBuffer[n];
        for (int k = 0; k < n; k++) {
            View v = o.views().get(k);
            found.add(
                    new KernelSlot(operands[i], k, v.buf(), v.offset(), v.desc().elements()));
        }
    }

    private Bound memory(View v) {
        return bound.computeIfAbsent(new Place(v.desc(), v.buf(), v.offset()), k -> {
            dnnl_memory m = new dnnl_memory();
            Dnnl.check(
                    dnnl_memory_create(m, v.desc().md(), Dnnl.get().engine(), NativeBlock.at(0, 0)),
                    "creating a memory");
            return new Bound(scope.own(m), v.buf(), v.offset());
        });
    }

    /** Bytes of the arena that it needs. */
    long arenaBytes() {
        return arenaBytes;
    }

    /** The weights and constants that it reads; {@link #bindWeight} gives them their place. */
    List<PlanBuilder.WeightUse> weights() {
        return weights;
    }

    /** Binds everything in the arena to its present address. */
    void bindArena(NativeBlock block) {
        for (Bound m : arena) {
            set(m, block.address() + m.buf.at + m.offset);
        }
        for (KernelSlot s : slots) {
            if (s.buf.place == Buf.Place.ARENA) {
                s.into[s.at] = block.floats(s.buf.at + s.offset, s.elements);
            }
        }
    }

    /** Says where the weights of index {@code i} lie. */
    void bindWeight(int i, long address) {
        for (Bound m : weightMemories[i]) {
            set(m, address + m.offset);
        }
        for (KernelSlot s : weightSlots[i]) {
            s.into[s.at] = NativeBlock.floatsAt(address + s.offset, s.elements);
        }
    }

    private void set(Bound m, long address) {
        int status = dnnl_memory_set_data_handle(m.memory, scratch.to(address));
        if (status != 0) {
            throw Dnnl.failure(status, "binding memory");
        }
    }

    /** Runs on buffers that the session has checked. */
    void run(FloatBuffer[] inputs, FloatBuffer[] outputs) {
        for (Bound m : outside) {
            FloatBuffer f = m.buf.place == Buf.Place.INPUT ? inputs[m.buf.index] : outputs[m.buf.index];
            set(m, BufferAddress.of(f) + m.offset);
        }
        for (KernelSlot s : slots) {
            if (s.buf.place == Buf.Place.INPUT) {
                s.into[s.at] = inputs[s.buf.index];
            } else if (s.buf.place == Buf.Place.OUTPUT) {
                FloatBuffer f = outputs[s.buf.index];
                s.into[s.at] = s.offset == 0 ? f : f.slice((int) (s.offset / 4), (int) s.elements);
            }
        }
        for (int i = 0; i < primitives.length; i++) {
            dnnl_primitive p = primitives[i];
            if (p != null) {
                int status = dnnl_primitive_execute(p, stream, counts[i], arguments[i]);
                if (status != 0) {
                    throw Dnnl.failure(status, "running " + names[i]);
                }
                continue;
            }
            Kernel k = kernels[i];
            if (k != null) {
                FloatBuffer[] f = operands[i];
                k.run(f, f[f.length - 1]);
            }
        }
    }

    /** How long a run takes when nothing disturbs it, 0 before the first. */
    long usualNanos() {
        return usualNanos;
    }

    /** A run took so long. The fastest counts; a slower one raises it by little, so that lasting changes are learnt. */
    void took(long nanos) {
        if (usualNanos == 0 || nanos < usualNanos) {
            usualNanos = Math.max(1, nanos);
        } else {
            usualNanos += Math.min(nanos - usualNanos, usualNanos) / 256;
        }
    }

    /** One line for each operation: step and implementation. */
    List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            lines.add(names[i] + ": " + implementations[i]);
        }
        return lines;
    }

    @Override
    public void close() {
        scope.close();
    }

    /** An address that can be set again and again without making an object. */
    private static final class Address extends org.bytedeco.javacpp.Pointer {
        Address() {
            super((org.bytedeco.javacpp.Pointer) null);
        }

        Address to(long where) {
            address = where;
            return this;
        }
    }
}
