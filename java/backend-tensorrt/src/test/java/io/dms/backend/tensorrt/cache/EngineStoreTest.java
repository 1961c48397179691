package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.backend.tensorrt.cache.EngineStore.Prune;
import io.dms.backend.tensorrt.cache.EngineStore.Pruned;
import io.dms.model.EnvironmentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

/** What lies in a cache, what of it is broken, and what goes. */
class EngineStoreTest {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");
    private static final List<EngineRequest> REQUESTS =
            List.of(Levels.request(1, 1), Levels.request(2, 1), Levels.request(3, 1));

    @TempDir
    Path temporary;

    private Path folder;
    private final PlanBuilder builder = new PlanBuilder();
    private final List<String> notes = new ArrayList<>();
    private long budget = 1 << 30;

    @BeforeEach
    void name() {
        folder = temporary.resolve("engines");
    }

    /** Uses an engine at some minute. */
    private CachedEngine use(int request, int minute) {
        Clock clock = Clock.fixed(NOON.plusSeconds(60L * minute), ZoneOffset.UTC);
        CachedEngine e =
                Objects.requireNonNull(new EngineCache(folder, budget, builder, notes::add, clock, EngineFolder::open)
                        .get(REQUESTS.get(request), Levels.UNCHECKED, BuildListener.NONE));
        String id = id(request);
        try {
            EngineFolder.open(folder).touch(id + ".json", clock.instant());
        } catch (IOException x) {
            throw new AssertionError(x);
        }
        return e;
    }

    private String id(int request) {
        return EngineKey.of(REQUESTS.get(request), builder.platform).id();
    }

    private EngineStore store() {
        return Objects.requireNonNull(EngineStore.open(folder));
    }

    private List<String> ids() {
        return store().list().stream().map(StoredEngine::id).toList();
    }

    private long each() {
        return store().list().get(0).bytes();
    }

    @Test
    void a_cache_that_is_not_there_is_none() {
        assertThat(EngineStore.open(folder)).isNull();
        assertThat(folder).doesNotExist();
    }

    @Test
    void a_cache_that_others_may_write_is_refused_with_the_cure() throws IOException {
        use(0, 0).close();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> EngineStore.open(folder))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("may be written by others")
                .hasMessageContaining("chmod 700");
    }

    @Test
    void every_engine_is_listed_with_what_is_known() {
        use(0, 0).close();
        use(1, 5).close();
        assertThat(ids()).containsExactlyInAnyOrder(id(0), id(1));
        StoredEngine e = store().list().stream()
                .filter(s -> s.id().equals(id(1)))
                .findFirst()
                .orElseThrow();
        assertThat(e.name()).isEqualTo("small at level 0.50");
        assertThat(e.used()).isEqualTo(NOON.plusSeconds(300));
        assertThat(e.inUse()).isFalse();
        assertThat(e.fault()).isNull();
        try (CachedEngine open = use(1, 6)) {
            assertThat(open.kept()).isTrue();
            assertThat(store().list().stream().filter(StoredEngine::inUse).map(StoredEngine::id))
                    .containsExactly(id(1));
        }
    }

    @Test
    void verifying_reads_every_byte() throws IOException {
        use(0, 0).close();
        use(1, 0).close();
        Path plan = folder.resolve(id(1) + ".plan");
        byte[] bytes = Files.readAllBytes(plan);
        bytes[bytes.length - 1] ^= 1;
        Files.write(plan, bytes);
        assertThat(store().list()).allMatch(e -> e.fault() == null);
        assertThat(store().verify())
                .filteredOn(e -> e.fault() != null)
                .singleElement()
                .satisfies(e -> assertThat(e.fault()).contains("its plan is damaged"));
    }

    @Test
    void over_the_budget_what_was_not_used_for_the_longest_time_goes() {
        use(0, 0).close();
        use(1, 1).close();
        use(0, 2).close();
        budget = 2 * each() + 100;
        use(2, 3).close();
        assertThat(ids()).containsExactlyInAnyOrder(id(0), id(2));
        assertThat(notes)
                .filteredOn(n -> n.contains("was removed: the cache was over its budget"))
                .hasSize(1);
    }

    @Test
    void what_a_process_uses_does_not_go() {
        try (CachedEngine oldest = use(0, 0)) {
            assertThat(oldest.kept()).isTrue();
            use(1, 1).close();
            budget = 2 * each() + 100;
            use(2, 2).close();
            assertThat(ids()).containsExactlyInAnyOrder(id(0), id(2));
        }
        budget = each() + 100;
        use(1, 3).close();
        assertThat(ids()).containsExactly(id(1));
    }

    @Test
    void pruning_removes_what_can_not_be_used_and_what_is_asked_for() throws IOException {
        for (int i = 0; i < 3; i++) {
            use(i, i).close();
        }
        Files.writeString(folder.resolve(id(0) + ".json"), "{");
        String half = "0".repeat(64);
        Files.writeString(folder.resolve(half + ".plan.tmp"), "half");
        Pruned told = store().prune(new Prune(Long.MAX_VALUE, null, false, true));
        assertThat(told.engines()).extracting(StoredEngine::id).containsExactlyInAnyOrder(id(0), half);
        assertThat(told.reasons()).contains("its record is damaged", "its record is missing");
        assertThat(ids()).as("nothing went yet").hasSize(4);
        Pruned gone = store().prune(new Prune(Long.MAX_VALUE, null, false, false));
        assertThat(gone.engines()).hasSize(2);
        assertThat(ids()).containsExactlyInAnyOrder(id(1), id(2));

        store().prune(new Prune(Long.MAX_VALUE, NOON.plusSeconds(90), false, false));
        assertThat(ids()).containsExactly(id(2));
        try (CachedEngine inUse = use(2, 4)) {
            assertThat(store().prune(new Prune(0, null, true, false)).kept())
                    .extracting(StoredEngine::id)
                    .containsExactly(inUse.record().key().id());
        }
        Pruned all = store().prune(new Prune(0, null, true, false));
        assertThat(all.engines()).hasSize(1);
        assertThat(folder).isDirectoryNotContaining("glob:**.{plan,json,bin,tmp}");
    }

    @Test
    void files_that_are_none_of_the_caches_stay() throws IOException {
        use(0, 0).close();
        Files.writeString(folder.resolve("notes.txt"), "mine");
        store().prune(new Prune(0, null, true, false));
        assertThat(folder.resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void what_is_just_as_large_as_the_budget_stays() {
        use(0, 0).close();
        use(1, 1).close();
        long both = store().list().stream().mapToLong(StoredEngine::bytes).sum();
        store().evict(both, notes::add);
        assertThat(store().prune(new Prune(both, null, false, false)).engines()).isEmpty();
        assertThat(ids()).containsExactlyInAnyOrder(id(0), id(1));
        assertThat(store().prune(new Prune(both - 1, null, false, true)).engines())
                .as("a byte less is too little for both")
                .extracting(StoredEngine::id)
                .containsExactly(id(0));
        store().evict(both - 1, notes::add);
        assertThat(ids()).containsExactly(id(1));
    }

    @Test
    void what_a_write_left_that_did_not_end_goes_before_any_engine() throws IOException {
        use(0, 0).close();
        long one = each();
        String half = "0".repeat(64);
        Files.write(folder.resolve(half + ".plan.tmp"), new byte[1000]);
        store().evict(one, notes::add);
        assertThat(ids()).containsExactly(id(0));
        assertThat(folder.resolve(half + ".plan.tmp")).doesNotExist();
    }

    @Test
    void a_record_in_the_place_of_another_engines_is_not_believed() throws IOException {
        use(0, 0).close();
        use(1, 1).close();
        for (String ending : List.of(".plan", ".json")) {
            Files.copy(
                    folder.resolve(id(0) + ending),
                    folder.resolve(id(1) + ending),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        assertThat(store().list())
                .filteredOn(e -> e.id().equals(id(1)))
                .singleElement()
                .satisfies(e -> assertThat(e.fault()).isEqualTo("its record is another engine's"));
        try (CachedEngine built = use(1, 2)) {
            assertThat(built.fresh()).isTrue();
        }
    }
}
