package io.dms.backend.cudnn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights of all levels of a session in device memory, each stored once for all levels where it is the same: so are the
 * full-width weights that products read in place. Over the budget the
 * level that was not run for longest is dropped; the one that is asked for never is, even where it alone exceeds the
 * budget. Not thread-safe.
 */
final class WeightBank implements WeightStore {
    private final Device device;
    private final long budget;
    private final Map<Object, Packed> packed = new HashMap<>();
    private final Map<LevelPlan, Loaded> loaded = new IdentityHashMap<>();
    private long bytes;
    private long clock;

    /** One packed constant and how many loaded plans read it. */
    private static final class Packed {
        final DeviceBlock block;
        final long bytes;
        int users;

        Packed(DeviceBlock block, long bytes) {
            this.block = block;
            this.bytes = bytes;
        }
    }

    /** A plan whose weights are here. */
    private static final class Loaded {
        final List<Object> keys = new ArrayList<>();
        long used;
    }

    WeightBank(Device device, long budget) {
        this.device = device;
        this.budget = budget;
    }

    @Override
    public void prepare(LevelPlan plan) {
        load(plan);
    }

    @Override
    public void load(LevelPlan plan) {
        Loaded here = loaded.get(plan);
        if (here != null) {
            here.used = ++clock;
            return;
        }
        Loaded fresh = new Loaded();
        fresh.used = ++clock;
        List<PlanBuilder.WeightUse> uses = plan.weights();
        long missing = 0;
        for (PlanBuilder.WeightUse w : uses) {
            Object key = w.content().key();
            Packed p = packed.get(key);
            if (p == null) {
                missing += w.content().bytes();
            } else {
                p.users++;
            }
            fresh.keys.add(key);
        }
        boolean[] held = new boolean[uses.size()];
        for (int i = 0; i < held.length; i++) {
            held[i] = packed.containsKey(fresh.keys.get(i));
        }
        while (bytes + missing > budget && dropOldest()) {
            // One level at a time.
        }
        int done = 0;
        try {
            for (; done < uses.size(); done++) {
                Object key = fresh.keys.get(done);
                Packed p = packed.get(key);
                if (p == null) {
                    p = pack(uses.get(done), key);
                } else if (!held[done]) {
                    p.users++;
                }
                plan.bindWeight(done, p.block.address());
            }
        } catch (RuntimeException | Error e) {
            for (int i = 0; i < held.length; i++) {
                if (held[i] || i < done) {
                    release(fresh.keys.get(i));
                }
            }
            throw e;
        }
        loaded.put(plan, fresh);
    }

    private Packed pack(PlanBuilder.WeightUse w, Object key) {
        DeviceBlock block = DeviceBlock.device(device.gpu, w.content().bytes());
        try {
            device.upload(w.content(), block.address());
        } catch (RuntimeException | Error e) {
            block.close();
            throw e;
        }
        Packed made = new Packed(block, w.content().bytes());
        made.users = 1;
        packed.put(key, made);
        bytes += w.content().bytes();
        return made;
    }

    private boolean dropOldest() {
        LevelPlan oldest = null;
        long used = Long.MAX_VALUE;
        for (Map.Entry<LevelPlan, Loaded> e : loaded.entrySet()) {
            if (e.getValue().used < used) {
                used = e.getValue().used;
                oldest = e.getKey();
            }
        }
        if (oldest == null) {
            return false;
        }
        drop(oldest);
        return true;
    }

    private void drop(LevelPlan plan) {
        Loaded gone = loaded.remove(plan);
        if (gone != null) {
            gone.keys.forEach(this::release);
        }
    }

    private void release(Object key) {
        Packed p = packed.get(key);
        if (p != null && --p.users == 0) {
            packed.remove(key);
            bytes -= p.bytes;
            p.block.close();
        }
    }

    @Override
    public void forget(LevelPlan plan) {
        drop(plan);
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        packed.values().forEach(p -> p.block.close());
        packed.clear();
        loaded.clear();
        bytes = 0;
    }
}
