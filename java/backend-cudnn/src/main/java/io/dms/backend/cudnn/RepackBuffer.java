package io.dms.backend.cudnn;

import io.dms.cuda.DeviceMemory;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One buffer for what is packed for whatever level runs, as large as the largest level needs; at a switch the level's
 * weights are packed anew. Full-width weights that are read in place are held beside it, once. Not thread-safe.
 */
final class RepackBuffer implements WeightStore {
    private static final int ALIGNMENT = 256;

    private final Device device;
    private final Map<Object, DeviceMemory> masters = new HashMap<>();
    private final Map<LevelPlan, Boolean> plans = new IdentityHashMap<>();
    private @Nullable DeviceMemory block;
    private @Nullable LevelPlan current;
    private long masterBytes;
    private long packedBytes;

    RepackBuffer(Device device) {
        this.device = device;
    }

    @Override
    public void prepare(LevelPlan plan) {
        long need = 0;
        long bytes = 0;
        for (PlanBuilder.WeightUse w : plan.weights()) {
            if (w.content().isMaster()) {
                hold(w.content());
            } else {
                need += aligned(w.content().bytes());
                bytes += w.content().bytes();
            }
        }
        DeviceMemory old = block;
        if (old == null || old.bytes() < need) {
            DeviceMemory larger = DeviceMemory.device(device.gpu, need);
            block = larger;
            packedBytes = bytes;
            current = null;
            if (old != null) {
                device.gpu.synchronize();
                old.close();
            }
            plans.keySet().forEach(p -> bind(p, larger));
            old = larger;
        }
        plans.put(plan, true);
        bind(plan, old);
        load(plan);
    }

    private void hold(Content master) {
        if (masters.containsKey(master.key())) {
            return;
        }
        DeviceMemory b = DeviceMemory.device(device.gpu, master.bytes());
        try {
            device.upload(master, b.address());
        } catch (RuntimeException | Error e) {
            b.close();
            throw e;
        }
        masters.put(master.key(), b);
        masterBytes += master.bytes();
    }

    private void bind(LevelPlan plan, DeviceMemory to) {
        long at = 0;
        for (int i = 0; i < plan.weights().size(); i++) {
            Content c = plan.weights().get(i).content();
            DeviceMemory master = c.isMaster() ? masters.get(c.key()) : null;
            if (master != null) {
                plan.bindWeight(i, master.address());
            } else {
                plan.bindWeight(i, to.address() + at);
                at += aligned(c.bytes());
            }
        }
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    @Override
    public void load(LevelPlan plan) {
        if (plan == current) {
            return;
        }
        if (!plans.containsKey(plan)) {
            throw new IllegalStateException("a plan that was not prepared");
        }
        current = null;
        for (int i = 0; i < plan.weights().size(); i++) {
            PlanBuilder.WeightUse w = plan.weights().get(i);
            if (!w.content().isMaster()) {
                device.upload(w.content(), w.buf().address);
            }
        }
        current = plan;
    }

    @Override
    public void forget(LevelPlan plan) {
        plans.remove(plan);
        if (current == plan) {
            current = null;
        }
    }

    @Override
    public long bytes() {
        return masterBytes + packedBytes;
    }

    @Override
    public void close() {
        masters.values().forEach(DeviceMemory::close);
        masters.clear();
        plans.clear();
        if (block != null) {
            block.close();
            block = null;
        }
        current = null;
        masterBytes = 0;
        packedBytes = 0;
    }
}
