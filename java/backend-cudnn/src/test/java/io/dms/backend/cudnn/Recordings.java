package io.dms.backend.cudnn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is being recorded on which stream, and what was. Thread-safe; one stream from one thread at a time. */
final class Recordings {
    private static final Map<Long, List<Runnable>> OPEN = new HashMap<>();
    private static final Map<Long, List<Runnable>> MADE = new HashMap<>();
    private static long next = 1;

    private Recordings() {}

    static synchronized @Nullable List<Runnable> of(long stream) {
        return OPEN.get(stream);
    }

    /** Does it now or, while the stream is recording, at each replay. */
    static void work(long stream, Runnable r) {
        @Nullable List<Runnable> recording = of(stream);
        if (recording != null) {
            recording.add(r);
        } else {
            r.run();
        }
    }

    static synchronized void begin(long stream) {
        if (OPEN.put(stream, new ArrayList<>()) != null) {
            throw new IllegalStateException("recording already");
        }
    }

    static synchronized long end(long stream) {
        MADE.put(++next, Objects.requireNonNull(OPEN.remove(stream)));
        return next;
    }

    static synchronized void abort(long stream) {
        OPEN.remove(stream);
    }

    static void replay(long graph) {
        List<Runnable> work;
        synchronized (Recordings.class) {
            work = Objects.requireNonNull(MADE.get(graph));
        }
        for (int i = 0; i < work.size(); i++) {
            work.get(i).run();
        }
    }

    static synchronized void destroy(long graph) {
        if (MADE.remove(graph) == null) {
            throw new IllegalStateException("no such graph");
        }
    }

    static synchronized int live() {
        return MADE.size();
    }
}
