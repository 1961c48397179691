package io.dms.backend.tensorrt.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A process that uses a cache, for tests of several, and of ones that die. */
final class CacheChild {
    private CacheChild() {}

    /**
     * @param args the folder; the file that counts builds; {@code once}: gets one engine when a file {@code go} is there,
     *     {@code hold}: the same and keeps it until it is killed, {@code write}: builds and writes engines until it is
     *     killed
     */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        PlanBuilder builder = new PlanBuilder();
        builder.tally = Path.of(args[1]);
        if (args[2].equals("write")) {
            write(folder, builder);
            return;
        }
        EngineCache cache = new EngineCache(folder, 1 << 30, builder, System.out::println);
        builder.whileBuilding = () -> sleep(300);
        EngineRequest request = Levels.request(1, 1);
        System.out.println("ready");
        while (!Files.exists(Path.of(args[1]).resolveSibling("go"))) {
            sleep(5);
        }
        try (CachedEngine e = Objects.requireNonNull(cache.get(request, Levels.UNCHECKED, BuildListener.NONE))) {
            Levels.assertRight(builder, request, e);
            System.out.println(e.fresh() ? "built" : "read");
            while (args[2].equals("hold")) {
                sleep(1000);
            }
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A slow disk: most of the time goes into writing, so that most kills fall into it. */
    private static void slowly(FileChannel file, ByteBuffer content) throws IOException {
        System.out.println("writing");
        int all = content.limit();
        int part = Math.max(1, content.remaining() / 10);
        while (content.position() < all) {
            content.limit(Math.min(all, content.position() + part));
            while (content.hasRemaining()) {
                file.write(content);
            }
            sleep(3);
        }
    }

    /** Gets engines of a size that takes a while to write, and breaks them before, so that they are written again and again. */
    private static void write(Path folder, PlanBuilder builder) throws IOException {
        long user = ((Number) Files.getAttribute(folder.toAbsolutePath().getParent(), "unix:uid")).longValue();
        EngineCache cache = new EngineCache(
                folder,
                1 << 30,
                builder,
                System.out::println,
                Clock.systemUTC(),
                path -> EngineFolder.open(path, user, CacheChild::slowly));
        builder.padding = CacheProcessesTest.PADDING;
        List<EngineRequest> requests = List.of(Levels.request(1, 1), Levels.request(2, 1), Levels.request(3, 0));
        while (true) {
            List<Path> plans = new ArrayList<>();
            if (Files.isDirectory(folder)) {
                try (var files = Files.newDirectoryStream(folder, "*.plan")) {
                    files.forEach(plans::add);
                }
            }
            for (Path p : plans) {
                byte[] bytes = Files.readAllBytes(p);
                bytes[bytes.length / 2] ^= 1;
                Files.write(p, bytes);
            }
            for (EngineRequest r : requests) {
                Objects.requireNonNull(cache.get(r, Levels.UNCHECKED, BuildListener.NONE))
                        .close();
            }
        }
    }
}
