package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Graphs;
import io.dms.cuda.DeviceException;
import io.dms.cuda.DeviceMemory;
import io.dms.model.Graph;
import io.dms.runtime.ArenaPlanner;
import io.dms.runtime.FusedPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One level at one batch, ready to run: operations whose operands have addresses, and, where graphs are used, their
 * recording. Runs allocate nothing. Owns its recording and the plans of its layers; arena, descriptors and weights belong to the session.
 */
final class LevelPlan implements AutoCloseable {
    private final Device device;
    private final Graphs graphs;
    private final List<HostLongs> numbers;
    private final List<PlanBuilder.WeightUse> weights;
    private final List<PlannedCall> calls;
    private final List<ConvCall> convolutions;
    private final List<DenseCopy> denseCopies;
    private final Operation[] operations;
    private final Buf[] arena;
    private final long arenaBytes;
    private long graph;
    private boolean moved = true;
    private boolean closed;

    /**
     * @param scales of the model that the graph is a level of
     * @param hostInputs where the host writes each network input
     * @param hostOutputs where it reads each output
     */
    LevelPlan(Device device, SharedScales scales, Graph graph, int batch, long[] hostInputs, long[] hostOutputs) {
        this.device = device;
        this.graphs = device.bridge.graphs();
        PlanBuilder b = new PlanBuilder(FusedPlan.of(graph, batch), device, scales);
        try {
            b.build(hostInputs, hostOutputs);
        } catch (RuntimeException | Error e) {
            b.numbers().forEach(HostLongs::close);
            throw e;
        }
        numbers = b.numbers();
        weights = b.weights();
        denseCopies = b.denseCopies();
        operations = b.operations().toArray(new Operation[0]);
        calls = Stream.of(operations)
                .map(Operation::call)
                .flatMap(Stream::ofNullable)
                .toList();
        convolutions = of(ConvCall.class);
        arena = b.buffers().stream().filter(x -> x.last >= 0).toArray(Buf[]::new);
        ArenaPlanner planner = new ArenaPlanner();
        for (Buf x : arena) {
            planner.add(x.bytes, x.first, x.last);
        }
        for (int i = 0; i < arena.length; i++) {
            arena[i].at = planner.offset(i);
        }
        arenaBytes = planner.size();
    }

    private <T extends PlannedCall> List<T> of(Class<T> kind) {
        return calls.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Bytes of the arena that it needs. */
    long arenaBytes() {
        return arenaBytes;
    }

    /** Weights and constants that it reads; {@link #bindWeight} gives them their place. */
    List<PlanBuilder.WeightUse> weights() {
        return weights;
    }

    void bindArena(long address) {
        for (Buf x : arena) {
            x.address = address + x.at;
        }
        moved = true;
    }

    void bindWeight(int i, long address) {
        Buf b = weights.get(i).buf();
        moved |= b.address != address;
        b.address = address;
    }

    /** The workspace lies elsewhere now. */
    void workspaceMoved() {
        moved = true;
    }

    // ---- algorithms

    /** True where some convolution's algorithm is in no cache. */
    boolean needsSearch() {
        return convolutions.stream().anyMatch(ConvCall::isUnknown);
    }

    /** True where plans are still to be searched. */
    boolean needsPlanSearch() {
        return calls.stream().anyMatch(PlannedCall::needsPlanSearch);
    }

    /** True once plans were made where they are the fastest, or found to be no faster; not at a level that was not prepared. */
    boolean isSettled() {
        return calls.stream().allMatch(PlannedCall::isSettled);
    }

    /**
     * Makes plans that are remembered, and searches others; algorithms are chosen and tried before.
     *
     * @param work scratch memory for trials; null where none shall be made
     */
    void choosePlans(@Nullable DeviceMemory work) {
        calls.forEach(c -> c.choosePlan(work));
    }

    /** Learns that plans run. */
    void tryPlans() {
        calls.forEach(PlannedCall::tryPlan);
    }

    /** Which interfaces compute what. */
    Interfaces interfaces() {
        List<ProductCall> products = of(ProductCall.class);
        int plans = planned(convolutions);
        int fused = planned(products);
        return new Interfaces(convolutions.size() - plans, plans, products.size() - fused, fused);
    }

    private static int planned(List<? extends PlannedCall> calls) {
        return (int) calls.stream().filter(PlannedCall::hasPlan).count();
    }

    /** @param work scratch memory for searches; null where none shall be made */
    void chooseAlgorithms(@Nullable DeviceMemory work) {
        denseCopies.forEach(DenseCopy::release);
        for (ConvCall c : convolutions) {
            c.choose(work);
        }
    }

    /** Forgets algorithms that were remembered and not searched; true where there were any, so that a search may help. */
    boolean distrust() {
        boolean any = false;
        for (ConvCall c : convolutions) {
            any |= c.distrust();
        }
        return any;
    }

    /** Bytes of scratch memory that its algorithms need. */
    long workspaceBytes() {
        return calls.stream().mapToLong(PlannedCall::workspace).max().orElse(0);
    }

    /** Learns which convolutions the library fuses with what follows, and that the others run. */
    void tryOut() {
        convolutions.forEach(ConvCall::tryOut);
    }

    /** Has each copy without gaps made once, by the first convolution that wants it, now that all is chosen. */
    void shareCopies() {
        convolutions.forEach(ConvCall::claimCopies);
    }

    /** What is done for nothing but to have images lie otherwise, by what is chosen so far. */
    Copies copies() {
        Copies all = copiesBesideConvolutions();
        for (ConvCall c : convolutions) {
            all = all.and(c.copies());
        }
        return all;
    }

    /** Those that are done whatever is chosen. */
    Copies copiesBesideConvolutions() {
        Copies all = Copies.NONE;
        for (Operation o : operations) {
            all = all.and(o.copies());
        }
        return all;
    }

    // ---- running

    /** Enqueues every operation. */
    void enqueue() {
        for (int i = 0; i < operations.length; i++) {
            try {
                operations[i].work().run();
            } catch (DeviceException e) {
                throw new DeviceException(e.kind(), "node " + operations[i].name() + ": " + e.getMessage());
            }
        }
    }

    /** Copies, convolutions and kernels of one run. */
    int steps() {
        return operations.length
                + of(ProductCall.class).stream()
                        .mapToInt(ProductCall::kernelsBehind)
                        .sum();
    }

    /** True where the recording is of addresses that are no longer right, or there is none. */
    boolean isStale() {
        return moved || graph == 0;
    }

    /** Records what {@link #enqueue} does. Nothing else may use the stream meanwhile. */
    void record() {
        discard();
        long stream = device.gpu.stream();
        graphs.begin(stream);
        long made;
        try {
            enqueue();
            made = graphs.end(stream);
        } catch (RuntimeException | Error e) {
            try {
                if (graphs.isRecording(stream)) {
                    graphs.abort(stream);
                }
            } catch (RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        graph = made;
        moved = false;
        graphs.upload(made, stream);
    }

    /** Replays the recording. */
    void replay() {
        graphs.launch(graph, device.gpu.stream());
    }

    private void discard() {
        long old = graph;
        graph = 0;
        if (old != 0) {
            graphs.destroy(old);
        }
    }

    /** One line for each operation. */
    List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (Operation o : operations) {
            lines.add(o.name() + ": " + o.describe());
        }
        return lines;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        numbers.forEach(HostLongs::close);
        discard();
        calls.forEach(PlannedCall::close);
    }
}
