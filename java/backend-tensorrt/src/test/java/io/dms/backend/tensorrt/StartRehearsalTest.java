package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.backend.tensorrt.cache.EngineStore;
import io.dms.backend.tensorrt.cache.OpenPlans;
import io.dms.backend.tensorrt.cache.StoredEngine;
import io.dms.model.ScalableModel;
import io.dms.testkit.ReferenceBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartRehearsalTest {
    @TempDir
    Path folder;

    @Test
    void every_level_is_kept_and_found_without_a_word_and_nothing_stays_open() {
        ScalableModel model = Fixtures.model();
        List<String> notes = new ArrayList<>();
        long before = OpenPlans.bytes();
        StartRehearsal.run(model, new ReferenceBackend(), folder.resolve("engines"), notes::add);
        assertThat(notes).isEmpty();
        assertThat(OpenPlans.bytes()).isEqualTo(before);
        List<StoredEngine> stored = Objects.requireNonNull(EngineStore.open(folder.resolve("engines")))
                .verify();
        assertThat(stored).hasSameSizeAs(model.levels()).allMatch(e -> e.fault() == null && !e.inUse());
        // Nobody's device: no session asks for such an engine.
        assertThat(stored)
                .allMatch(e -> "none"
                        .equals(Objects.requireNonNull(e.record())
                                .key()
                                .fields()
                                .get("tensorrt")));
    }
}
