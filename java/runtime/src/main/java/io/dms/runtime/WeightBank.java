package io.dms.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights of all levels of a session in a backend's own memory, each stored once for all plans where it is the same. Over
 * the budget the plan that was not run for longest is dropped; the one that is asked for never is, even where it alone
 * exceeds the budget. A plan that is here costs a call one look into a map and no allocation. Not thread-safe.
 *
 * @param <P> a plan of one level; compared by identity
 */
public final class WeightBank<P> implements AutoCloseable {
    private final Memory<P> memory;
    private final long budget;
    private final Map<Object, Stored> stored = new HashMap<>();
    private final Map<P, Loaded> loaded = new IdentityHashMap<>();
    private long bytes;
    private long clock;

    /**
     * What a backend's plans read, and where it lies.
     *
     * @param <P> a plan
     */
    public interface Memory<P> {
        /** How many weights a plan reads. */
        int count(P plan);

        /** Equal for weights that are the same bytes. */
        Object key(P plan, int i);

        /** Bytes of a weight. */
        long bytes(P plan, int i);

        /** Writes a weight to fresh memory, which the bank then owns; where it throws nothing is left. */
        Block store(P plan, int i);

        /** Tells a plan where a weight lies. */
        void bind(P plan, int i, long address);
    }

    /** Memory of one weight; closed once. */
    public interface Block extends AutoCloseable {
        /** Where it begins. */
        long address();

        @Override
        void close();
    }

    /** One weight and how many loaded plans read it. */
    private static final class Stored {
        final Block block;
        final long bytes;
        int users;

        Stored(Block block, long bytes) {
            this.block = block;
            this.bytes = bytes;
        }
    }

    /** A plan whose weights are here. */
    private static final class Loaded {
        final List<Object> keys = new ArrayList<>();
        long used;
    }

    /** @param budget bytes to keep, 0 or more */
    public WeightBank(Memory<P> memory, long budget) {
        this.memory = memory;
        this.budget = budget;
    }

    /** Makes a plan's weights ready for the next run; where that throws, all is as before or less of other plans. */
    public void load(P plan) {
        Loaded here = loaded.get(plan);
        if (here != null) {
            here.used = ++clock;
            return;
        }
        Loaded fresh = new Loaded();
        fresh.used = ++clock;
        int count = memory.count(plan);
        long missing = 0;
        // What is here already is held, so that making room does not drop it.
        for (int i = 0; i < count; i++) {
            Object key = memory.key(plan, i);
            Stored s = stored.get(key);
            if (s == null) {
                missing += memory.bytes(plan, i);
            } else {
                s.users++;
            }
            fresh.keys.add(key);
        }
        boolean[] held = new boolean[count];
        for (int i = 0; i < count; i++) {
            held[i] = stored.containsKey(fresh.keys.get(i));
        }
        while (bytes + missing > budget && dropOldest()) {
            // One plan at a time.
        }
        int done = 0;
        try {
            for (; done < count; done++) {
                Object key = fresh.keys.get(done);
                Stored s = stored.get(key);
                if (s == null) {
                    s = store(plan, done, key);
                } else if (!held[done]) {
                    s.users++;
                }
                memory.bind(plan, done, s.block.address());
            }
        } catch (RuntimeException | Error e) {
            for (int i = 0; i < count; i++) {
                if (held[i] || i < done) {
                    release(fresh.keys.get(i));
                }
            }
            throw e;
        }
        loaded.put(plan, fresh);
    }

    private Stored store(P plan, int i, Object key) {
        Stored made = new Stored(memory.store(plan, i), memory.bytes(plan, i));
        made.users = 1;
        stored.put(key, made);
        bytes += made.bytes;
        return made;
    }

    private boolean dropOldest() {
        P oldest = null;
        long used = Long.MAX_VALUE;
        for (Map.Entry<P, Loaded> e : loaded.entrySet()) {
            if (e.getValue().used < used) {
                used = e.getValue().used;
                oldest = e.getKey();
            }
        }
        if (oldest == null) {
            return false;
        }
        forget(oldest);
        return true;
    }

    /** Gives a plan's weights up, where no other plan reads them. */
    public void forget(P plan) {
        Loaded gone = loaded.remove(plan);
        if (gone != null) {
            gone.keys.forEach(this::release);
        }
    }

    private void release(Object key) {
        Stored s = stored.get(key);
        if (s != null && --s.users == 0) {
            stored.remove(key);
            bytes -= s.bytes;
            s.block.close();
        }
    }

    /** Bytes held now. */
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        stored.values().forEach(s -> s.block.close());
        stored.clear();
        loaded.clear();
        bytes = 0;
    }
}
