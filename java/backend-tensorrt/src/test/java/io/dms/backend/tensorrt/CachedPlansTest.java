package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.backend.tensorrt.cache.EngineRecord;
import io.dms.backend.tensorrt.cache.EngineStore;
import io.dms.backend.tensorrt.cache.StoredEngine;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.ReferenceBackend;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions whose engines come from files, on a library that is none. */
class CachedPlansTest {
    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();
    private final FakeHardware hardware = FakeHardware.ten();

    private Session open(ScalableModel model) {
        EngineCache cache =
                new EngineCache(folder.resolve("engines"), 1 << 30, new TensorRtEngineBuilder(hardware), notes::add);
        return new TensorRtBackend(hardware, (m, o) -> new CachedPlans(cache, m, new ReferenceBackend()))
                .open(model, SessionOptions.DEFAULT);
    }

    private List<StoredEngine> stored() {
        return Objects.requireNonNull(EngineStore.open(folder.resolve("engines")))
                .verify();
    }

    @Test
    void a_second_session_finds_the_engines_of_the_first_and_computes_the_same() {
        ScalableModel model = Fixtures.model();
        try (Session s = open(model)) {
            for (WidthLevel level : model.levels()) {
                assertThat(Fixtures.error(s, level, 3)).isLessThan(1e-5);
            }
        }
        List<Instant> built = stored().stream()
                .map(e -> Objects.requireNonNull(e.record()))
                .map(EngineRecord::built)
                .toList();
        assertThat(built).hasSameSizeAs(model.levels());
        try (Session s = open(Fixtures.model())) {
            for (WidthLevel level : s.model().levels()) {
                assertThat(Fixtures.error(s, level, 4)).isLessThan(1e-5);
            }
        }
        assertThat(stored())
                .extracting(e -> Objects.requireNonNull(e.record()).built())
                .isEqualTo(built);
        assertThat(notes).isEmpty();
    }

    @Test
    void what_a_session_uses_stays_in_use_until_it_is_closed() {
        ScalableModel model = Fixtures.model();
        try (Session s = open(model)) {
            s.prepare(model.full());
            assertThat(stored()).singleElement().matches(StoredEngine::inUse);
        }
        assertThat(stored()).singleElement().matches(e -> !e.inUse());
    }
}
