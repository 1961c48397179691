package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that can't be written or trusted, and disks that are full: the engine is built, used, and one line says so. */
class CacheFaultsTest {
    private static final EngineRequest REQUEST = Levels.request(1, 1);

    @TempDir
    Path temporary;

    private Path folder;
    private final PlanBuilder builder = new PlanBuilder();
    private final List<String> notes = new ArrayList<>();
    private long room = Long.MAX_VALUE;

    @BeforeEach
    void name() {
        folder = temporary.resolve("engines");
    }

    private long me() throws IOException {
        return ((Number) Files.getAttribute(temporary, "unix:uid")).longValue();
    }

    /** A disk with some bytes of room. */
    private EngineCache cache(long user) {
        return new EngineCache(
                folder,
                1 << 30,
                builder,
                notes::add,
                // A record holds times: with those of a real clock it is not always of the same size.
                Clock.fixed(Instant.parse("2026-01-02T03:04:05.678901234Z"), ZoneOffset.UTC),
                path -> EngineFolder.open(path, user, (file, content) -> {
                    int fits = (int) Math.min(room, content.remaining());
                    ByteBuffer part = content.duplicate();
                    part.limit(part.position() + fits);
                    while (part.hasRemaining()) {
                        file.write(part);
                    }
                    room -= fits;
                    if (fits < content.remaining()) {
                        throw new IOException("No space left on device");
                    }
                }));
    }

    private CachedEngine get() throws IOException {
        return get(cache(me()));
    }

    private CachedEngine get(EngineCache cache) {
        CachedEngine e = Objects.requireNonNull(cache.get(REQUEST, Levels.UNCHECKED, BuildListener.NONE));
        Levels.assertRight(builder, REQUEST, e);
        return e;
    }

    private Path file(String ending) {
        return folder.resolve(EngineKey.of(REQUEST, builder.platform).id() + ending);
    }

    private void keptOne() throws IOException {
        try (CachedEngine e = get()) {
            assertThat(e.kept()).isTrue();
        }
    }

    @Test
    void a_disk_that_is_full_at_any_byte_costs_a_line_and_leaves_nothing_behind() throws IOException {
        keptOne();
        long plan = Files.size(file(".plan"));
        long record = Files.size(file(".json"));
        for (long bytes : new long[] {0, 1, plan / 2, plan - 1, plan, plan + 1, plan + record - 1}) {
            new EngineStore(EngineFolder.open(folder)).prune(new EngineStore.Prune(0, null, true, false));
            notes.clear();
            room = bytes;
            try (CachedEngine e = get()) {
                assertThat(e.fresh()).isTrue();
                assertThat(e.kept()).isFalse();
            }
            assertThat(notes)
                    .singleElement()
                    .asString()
                    .isEqualTo("the engine of small at level 0.50 could not be kept in " + folder.toRealPath()
                            + ": no space left on device; it is used from memory and will be built again");
            assertThat(folder).isDirectoryNotContaining("glob:**.{plan,json,bin,tmp}");
        }
        room = Long.MAX_VALUE;
        keptOne();
        try (CachedEngine e = get()) {
            assertThat(e.fresh()).isFalse();
        }
    }

    @Test
    void a_damaged_engine_is_gone_also_where_there_is_no_room_for_the_new_one() throws IOException {
        keptOne();
        byte[] plan = Files.readAllBytes(file(".plan"));
        plan[0] ^= 1;
        Files.write(file(".plan"), plan);
        room = plan.length;
        long open = PlanMemory.openBytes();
        try (CachedEngine e = get()) {
            assertThat(e.fresh()).isTrue();
            assertThat(e.kept()).isFalse();
        }
        assertThat(PlanMemory.openBytes()).as("what was read of it is freed").isEqualTo(open);
        assertThat(folder).isDirectoryNotContaining("glob:**.{plan,json,tmp}");
    }

    @Test
    void an_engine_is_kept_also_where_there_is_no_room_for_the_timings() throws IOException {
        keptOne();
        room = Files.size(file(".plan")) + Files.size(file(".json")) + 5;
        new EngineStore(EngineFolder.open(folder)).prune(new EngineStore.Prune(0, null, true, false));
        keptOne();
        assertThat(notes).singleElement().asString().contains("no space left on device");
    }

    @Test
    void a_folder_that_can_not_be_written_still_gives_what_is_there() throws IOException {
        keptOne();
        EngineRequest other = Levels.request(1, 0);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-x------"));
        assumeTrue(!Files.isWritable(folder), "this user may write everywhere");
        Files.setPosixFilePermissions(folder.resolve("lock"), PosixFilePermissions.fromString("r--------"));
        try (CachedEngine kept = get();
                CachedEngine fresh =
                        Objects.requireNonNull(cache(me()).get(other, Levels.UNCHECKED, BuildListener.NONE))) {
            assertThat(kept.fresh()).isFalse();
            assertThat(fresh.fresh()).isTrue();
            assertThat(fresh.kept()).isFalse();
            assertThat(notes)
                    .singleElement()
                    .asString()
                    .contains("for this process only")
                    .contains("permission denied");
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void a_folder_that_can_not_be_made_is_done_without() throws IOException {
        Path proc = Path.of("/proc");
        assumeTrue(Files.isDirectory(proc), "no /proc on this system");
        folder = proc.resolve("engines");
        try (CachedEngine e = get()) {
            assertThat(e.kept()).isFalse();
        }
        assertThat(notes).singleElement().asString().startsWith("the engine cache /proc/engines is not used");
    }

    @Test
    void a_file_where_the_folder_should_be_is_done_without() throws IOException {
        Files.writeString(folder, "x");
        try (CachedEngine e = get()) {
            assertThat(e.kept()).isFalse();
        }
        assertThat(notes).singleElement().asString().contains("since it is no folder");
        assertThat(folder).hasContent("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwx---", "rwx----w-", "rwxrwxrwx"})
    void a_folder_that_others_may_write_is_not_believed(String mode) throws IOException {
        keptOne();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
        try (CachedEngine e = get()) {
            assertThat(e.fresh()).isTrue();
            assertThat(e.kept()).isFalse();
        }
        assertThat(notes)
                .singleElement()
                .asString()
                .contains("since it may be written by others (mode 7")
                .contains("chmod 700");
    }

    @ParameterizedTest
    @ValueSource(strings = {".plan", ".json"})
    void a_file_that_others_may_write_is_not_believed_and_replaced_by_a_private_one(String ending) throws IOException {
        keptOne();
        Files.setPosixFilePermissions(file(ending), PosixFilePermissions.fromString("rw-rw-r--"));
        try (CachedEngine e = get()) {
            assertThat(e.fresh()).isTrue();
        }
        assertThat(notes).singleElement().asString().contains("may be written by others (mode 664)");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(ending))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void what_belongs_to_another_user_is_not_believed() throws IOException {
        assumeTrue(me() == 0, "only the superuser can give files away");
        keptOne();
        Files.setAttribute(file(".plan"), "unix:uid", 12345);
        try (CachedEngine e = get()) {
            assertThat(e.fresh()).isTrue();
        }
        assertThat(notes).singleElement().asString().contains("its plan belongs to another user (12345)");
    }

    @Test
    void a_folder_of_another_user_is_not_believed() throws IOException {
        Files.createDirectory(folder);
        assumeTrue(me() == 0, "only the superuser can give folders away");
        Files.setAttribute(folder, "unix:uid", 12345);
        try (CachedEngine e = get()) {
            assertThat(e.kept()).isFalse();
        }
        assertThat(notes).singleElement().asString().contains("since it belongs to another user (12345)");
    }

    @Test
    void what_root_put_there_is_believed() throws IOException {
        assumeTrue(me() == 0, "only the superuser can make files of the superuser");
        keptOne();
        try (CachedEngine e = get(cache(1000))) {
            assertThat(e.fresh()).isFalse();
        }
    }

    @Test
    void a_link_in_the_place_of_a_plan_is_not_followed() throws IOException {
        keptOne();
        Path elsewhere = Files.move(file(".plan"), temporary.resolve("elsewhere"));
        Files.createSymbolicLink(file(".plan"), elsewhere);
        try (CachedEngine e = get()) {
            assertThat(e.fresh()).isTrue();
        }
        assertThat(notes).hasSize(1);
        assertThat(file(".plan")).isRegularFile();
    }

    @Test
    void a_folder_in_the_place_of_a_plan_costs_a_build() throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createDirectories(file(".plan").resolve("full"));
        try (CachedEngine e = get()) {
            assertThat(e.kept()).isFalse();
        }
        assertThat(notes).anyMatch(n -> n.contains("could not be kept in"));
    }

    @Test
    void an_engine_larger_than_the_whole_budget_is_used_and_not_kept() {
        EngineCache cache = new EngineCache(folder, 100, builder, notes::add);
        try (CachedEngine e = get(cache)) {
            assertThat(e.kept()).isFalse();
        }
        assertThat(notes).singleElement().asString().contains("more than the cache's budget of 100");
    }
}
