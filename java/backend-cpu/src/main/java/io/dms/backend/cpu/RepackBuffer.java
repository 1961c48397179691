package io.dms.backend.cpu;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One buffer for the packed weights of whatever level runs, as large as the largest level needs. At a switch the level's
 * weights are packed anew from the master, by reorders that were made when the level was prepared. Not thread-safe.
 */
final class RepackBuffer implements WeightStore {
    private final Map<LevelPlan, List<Content.Job>> packings = new IdentityHashMap<>();
    private final LongFunction<NativeBlock> memory;
    private @Nullable NativeBlock block;
    private @Nullable LevelPlan current;

    RepackBuffer() {
        this(NativeBlock::new);
    }

    /** @param memory makes a block of so many bytes */
    RepackBuffer(LongFunction<NativeBlock> memory) {
        this.memory = memory;
    }

    @Override
    public void prepare(LevelPlan plan) {
        if (packings.containsKey(plan)) {
            return;
        }
        long need = 0;
        for (PlanBuilder.WeightUse w : plan.weights()) {
            need += aligned(w.content().bytes());
        }
        NativeBlock b = block;
        if (b == null || b.bytes() < need) {
            b = grow(need);
        }
        List<Content.Job> jobs = open(plan, b);
        bind(plan, b);
        packings.put(plan, jobs);
    }

    /** Moves all levels to a larger block. Where that fails, all stay in the old one: they go on. */
    private NativeBlock grow(long bytes) {
        NativeBlock larger = memory.apply(bytes);
        Map<LevelPlan, List<Content.Job>> moved = new IdentityHashMap<>();
        try {
            for (LevelPlan p : packings.keySet()) {
                moved.put(p, open(p, larger));
            }
        } catch (RuntimeException | Error e) {
            moved.values().forEach(RepackBuffer::close);
            larger.close();
            throw e;
        }
        moved.forEach((p, jobs) -> {
            close(packings.put(p, jobs));
            bind(p, larger);
        });
        close(block);
        block = larger;
        current = null;
        return larger;
    }

    private static List<Content.Job> open(LevelPlan plan, NativeBlock to) {
        List<Content.Job> made = new ArrayList<>();
        long at = 0;
        try {
            for (PlanBuilder.WeightUse w : plan.weights()) {
                made.add(w.content().open(to.address() + at));
                at += aligned(w.content().bytes());
            }
        } catch (RuntimeException | Error e) {
            close(made);
            throw e;
        }
        return made;
    }

    private static void bind(LevelPlan plan, NativeBlock to) {
        long at = 0;
        for (int i = 0; i < plan.weights().size(); i++) {
            plan.bindWeight(i, to.address() + at);
            at += aligned(plan.weights().get(i).content().bytes());
        }
    }

    private static long aligned(long bytes) {
        return (bytes + 63) / 64 * 64;
    }

    @Override
    public void load(LevelPlan plan) {
        if (plan == current) {
            return;
        }
        List<Content.Job> todo = packings.get(plan);
        if (todo == null) {
            throw new IllegalStateException("a plan that was not prepared");
        }
        current = null;
        for (int i = 0; i < todo.size(); i++) {
            todo.get(i).run();
        }
        current = plan;
    }

    @Override
    public long bytes() {
        NativeBlock b = block;
        return b == null ? 0 : b.bytes();
    }

    private static void close(@Nullable List<Content.Job> jobs) {
        if (jobs != null) {
            jobs.forEach(Content.Job::close);
        }
    }

    private static void close(@Nullable NativeBlock b) {
        if (b != null) {
            b.close();
        }
    }

    @Override
    public void close() {
        packings.values().forEach(RepackBuffer::close);
        packings.clear();
        close(block);
        block = null;
        current = null;
    }
}
