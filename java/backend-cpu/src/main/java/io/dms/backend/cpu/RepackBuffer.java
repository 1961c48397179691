package io.dms.backend.cpu;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One buffer for the packed weights of whatever level runs, as large as the largest level needs. At a switch the level's
 * weights are packed anew from the master, by reorders that were made when the level was prepared. Not thread-safe.
 */
final class RepackBuffer implements WeightStore {
    private final Map<LevelPlan, List<Content.Job>> packings = new IdentityHashMap<>();
    private @Nullable NativeBlock block;
    private @Nullable LevelPlan current;

    @Override
    public void prepare(LevelPlan plan) {
        if (packings.containsKey(plan)) {
            return;
        }
        long need = 0;
        for (PlanBuilder.WeightUse w : plan.weights()) {
            need += aligned(w.content().bytes());
        }
        NativeBlock old = block;
        if (old == null || old.bytes() < need) {
            close(old);
            block = new NativeBlock(need);
            current = null;
            for (LevelPlan p : List.copyOf(packings.keySet())) {
                release(p);
                packings.put(p, bind(p));
            }
        }
        packings.put(plan, bind(plan));
    }

    private List<Content.Job> bind(LevelPlan plan) {
        List<Content.Job> made = new ArrayList<>();
        NativeBlock b = block;
        long at = 0;
        for (int i = 0; b != null && i < plan.weights().size(); i++) {
            PlanBuilder.WeightUse w = plan.weights().get(i);
            made.add(w.content().open(b.address() + at));
            plan.bindWeight(i, b.address() + at);
            at += aligned(w.content().bytes());
        }
        return made;
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

    private void release(LevelPlan plan) {
        List<Content.Job> gone = packings.get(plan);
        if (gone != null) {
            gone.forEach(Content.Job::close);
        }
    }

    private static void close(@Nullable NativeBlock b) {
        if (b != null) {
            b.close();
        }
    }

    @Override
    public void close() {
        packings.keySet().forEach(this::release);
        packings.clear();
        close(block);
        block = null;
        current = null;
    }
}
