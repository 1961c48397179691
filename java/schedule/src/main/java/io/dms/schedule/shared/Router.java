package io.dms.schedule.shared;

import io.dms.model.UserException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parts of networks and what they read: each reads the frame or one other part, and runs at most once per frame, when
 * somebody first asks for what it gives (Han et al., "MCDNN", MobiSys 2016, section 5.2.2). Running allocates nothing.
 * Not thread-safe.
 */
public final class Router {
    /** One part of a network. */
    @FunctionalInterface
    public interface Part {
        /** Reads from index 0 of the one, writes from index 0 of the other. */
        void run(FloatBuffer in, FloatBuffer out);
    }

    private static final class Place {
        private final @Nullable Place from;
        private final Part part;
        private final FloatBuffer out;
        private long frame = -1;
        private long runs;

        Place(@Nullable Place from, Part part, FloatBuffer out) {
            this.from = from;
            this.part = part;
            this.out = out;
        }
    }

    private final Map<String, Place> byId = new HashMap<>();
    private final List<Place> places = new ArrayList<>();
    private @Nullable FloatBuffer frame;
    private long frames;

    /**
     * Adds a part.
     *
     * @param requires id of the part that it reads, or null for the frame
     * @param outputs most floats that it gives
     * @return its number
     * @throws UserException if the id is taken, or there is no part that it requires
     */
    public int add(String id, @Nullable String requires, Part part, int outputs) {
        Place from = requires == null ? null : byId.get(requires);
        if (requires != null && from == null) {
            throw new UserException("part " + id + " requires " + requires + ", which is not there: add it first");
        }
        if (byId.containsKey(id)) {
            throw new UserException("there are two parts " + id);
        }
        FloatBuffer out = ByteBuffer.allocateDirect(Math.multiplyExact(outputs, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        Place place = new Place(from, part, out);
        byId.put(id, place);
        places.add(place);
        return places.size() - 1;
    }

    /** Takes a new frame; nothing has run on it. */
    public void next(FloatBuffer frame) {
        this.frame = frame;
        frames++;
    }

    /** Forgets what ran on this frame, as when a part runs otherwise from now on. */
    public void again() {
        frames++;
    }

    /**
     * What a part gives for this frame; runs it, and before it what it requires, where that has not run yet.
     *
     * @param number from {@link #add}
     * @return valid until the next frame
     * @throws IllegalStateException if there is no frame yet
     */
    public FloatBuffer run(int number) {
        return run(places.get(number));
    }

    private FloatBuffer run(Place place) {
        FloatBuffer f = frame;
        if (f == null) {
            throw new IllegalStateException("there is no frame yet");
        }
        if (place.frame != frames) {
            Place from = place.from;
            place.part.run(from == null ? f : run(from), place.out);
            place.frame = frames;
            place.runs++;
        }
        return place.out;
    }

    /** How often a part has run. */
    public long runs(int number) {
        return places.get(number).runs;
    }
}
