package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.backend.tensorrt.TensorRtSessionTest.Library;
import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.model.DmsException;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.ReferenceBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions whose engines come from the cache of engines. */
class CachedSessionsTest {
    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    private Session open(FakeHardware h, ScalableModel model) {
        TensorRtEngineBuilder builder = new TensorRtEngineBuilder(h);
        EngineCache cache = new EngineCache(folder.resolve("engines"), 1L << 30, builder, notes::add);
        return new TensorRtBackend(h, m -> new CachedPlans(cache, m, new ReferenceBackend()))
                .open(model, SessionOptions.DEFAULT.withBatch(2));
    }

    private static long builds(FakeHardware h) {
        return h.nv.calls.stream().filter("build"::equals).count();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void aSecondStartBuildsNothingAndComputesTheSame(Library library) {
        ScalableModel model = Fixtures.model();
        FakeHardware first = library.open();
        try (Session s = open(first, model)) {
            for (WidthLevel level : model.levels()) {
                assertThat(Fixtures.error(s, level, 1)).isLessThan(1e-5);
            }
        }
        assertThat(builds(first)).isEqualTo(3);
        FakeHardware second = library.open();
        try (Session s = open(second, model)) {
            for (WidthLevel level : model.levels()) {
                assertThat(Fixtures.error(s, level, 2)).isLessThan(1e-5);
            }
        }
        assertThat(builds(second)).isZero();
        assertThat(second.nv.deserialized).isEqualTo(3);
        assertThat(notes).isEmpty();
        assertThat(first.nv.live()).isEmpty();
        assertThat(first.memory.used()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void anEngineThatComputesSomethingElseIsNeverUsed(Library library) {
        ScalableModel model = Fixtures.model();
        FakeHardware h = library.open();
        h.nv.wrongBy = 0.5f;
        try (Session s = open(h, model)) {
            assertThatThrownBy(() -> s.prepare(model.levels().get(0)))
                    .isInstanceOf(DmsException.class)
                    .hasMessageContaining("differ");
            h.nv.wrongBy = 0;
            assertThat(Fixtures.error(s, model.levels().get(0), 2)).isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void anInterruptedBuildEndsWithOneLine(Library library) {
        ScalableModel model = Fixtures.model();
        FakeHardware h = library.open();
        try (Session s = open(h, model)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> s.prepare(model.levels().get(1)))
                    .isInstanceOf(DmsException.class)
                    .hasMessageContaining("the build of level 0.50 of residual-4 was ended");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(Fixtures.error(s, model.levels().get(1), 2)).isLessThan(1e-5);
        }
    }
}
