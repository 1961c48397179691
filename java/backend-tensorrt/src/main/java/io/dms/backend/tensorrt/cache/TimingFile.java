package io.dms.backend.tensorrt.cache;

import io.dms.backend.tensorrt.cache.EngineFolder.Refused;
import io.dms.backend.tensorrt.cache.KeyLocks.Held;
import io.dms.backend.tensorrt.cache.KeyLocks.Use;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What builds on one platform with one set of flags learned about speed, shared by all levels and models: with it later
 * builds are faster, and levels get like kernels. A digest stands before the content, since a library that is given a
 * broken one fails the whole build.
 */
final class TimingFile {
    /** Far above what a library keeps. */
    private static final int MOST_BYTES = 256 << 20;

    private static final int DIGEST = 32;

    private final EngineFolder folder;
    private final String id;

    TimingFile(EngineFolder folder, EngineKey key) {
        this.folder = folder;
        Map<String, String> which = new LinkedHashMap<>();
        for (String field : EngineKey.TIMING) {
            which.put(field, key.fields().getOrDefault(field, ""));
        }
        this.id = EngineKey.id(which).substring(0, 32);
    }

    private String name() {
        return "timing-" + id + ".bin";
    }

    /** True for a file of this kind, also one whose writing did not end. */
    static boolean isOne(String name) {
        return name.matches("timing-[0-9a-f]{32}\\.bin(\\.tmp)?");
    }

    /**
     * What was kept, null where there is nothing.
     *
     * @throws Refused if it is damaged or others could have written it
     */
    byte @Nullable [] read() throws IOException {
        ByteBuffer content;
        try {
            content = folder.read(name(), MOST_BYTES);
        } catch (NoSuchFileException e) {
            return null;
        }
        byte[] all = new byte[content.remaining()];
        content.get(all);
        byte[] timing = all.length < DIGEST ? all : Arrays.copyOfRange(all, DIGEST, all.length);
        if (all.length < DIGEST || !Arrays.equals(EngineKey.sha256().digest(timing), Arrays.copyOf(all, DIGEST))) {
            throw new Refused("is damaged");
        }
        return timing;
    }

    /** Keeps what the last build left; of two processes that write at a time one wins. */
    void write(byte[] timing) throws IOException {
        Held lock = folder.tryLock(id, Use.WRITE);
        if (lock == null) {
            return;
        }
        try (lock) {
            ByteBuffer content = ByteBuffer.allocate(DIGEST + timing.length);
            content.put(EngineKey.sha256().digest(timing)).put(timing).flip();
            folder.write(name(), content);
        }
    }
}
