package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.backend.tensorrt.TensorRtSessionTest.Library;
import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.backend.tensorrt.cache.OpenPlans;
import io.dms.model.DmsException;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.EngineKeeping;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.testkit.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
        return new TensorRtBackend(h, (m, o) -> new CachedPlans(cache, m, new ReferenceBackend()))
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

    private List<Path> plans() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("engines"))) {
            return files.filter(f -> f.toString().endsWith(".plan")).sorted().toList();
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void allLevelsTogetherAreReadAheadAndNothingOfTheirPlansStaysInMemory(Library library) {
        long before = OpenPlans.bytes();
        ScalableModel model = Fixtures.model();
        for (int start = 0; start < 2; start++) {
            FakeHardware h = library.open();
            try (Session s = open(h, model)) {
                s.prepareAll(model.levels());
                assertThat(OpenPlans.bytes()).isEqualTo(before);
                assertThat(builds(h)).isEqualTo(start == 0 ? 3 : 0);
                long loaded = h.nv.deserialized;
                s.prepareAll(model.levels());
                assertThat(h.nv.deserialized).isEqualTo(loaded);
                for (WidthLevel level : model.levels()) {
                    assertThat(Fixtures.error(s, level, 2)).isLessThan(1e-5);
                }
            }
        }
        assertThat(OpenPlans.bytes()).isEqualTo(before);
        assertThat(notes).isEmpty();
    }

    @Test
    void ofLevelsThatAreReadTogetherDamagedOnesAreToldInTheirOrderAndBuiltAnew() throws IOException {
        long before = OpenPlans.bytes();
        ScalableModel model = Fixtures.model();
        try (Session s = open(Library.TEN.open(), model)) {
            s.prepareAll(model.levels());
        }
        for (Path plan : plans()) {
            byte[] bytes = Files.readAllBytes(plan);
            bytes[bytes.length / 2] ^= 1;
            Files.write(plan, bytes);
        }
        FakeHardware h = Library.TEN.open();
        try (Session s = open(h, model)) {
            s.prepareAll(model.levels());
            for (WidthLevel level : model.levels()) {
                assertThat(Fixtures.error(s, level, 2)).isLessThan(1e-5);
            }
        }
        assertThat(builds(h)).isEqualTo(3);
        assertThat(notes).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(notes.get(i))
                    .contains("at level " + model.levels().get(i).name() + " is built anew: its plan is damaged");
        }
        assertThat(OpenPlans.bytes()).isEqualTo(before);
    }

    /** A library that refuses one engine: those that were read for later are given up. */
    @Test
    void whereOneLevelCanNotBeHadThoseBeforeItAreReadyAndNothingLeaks() {
        long before = OpenPlans.bytes();
        ScalableModel model = Fixtures.model();
        try (Session s = open(Library.TEN.open(), model)) {
            s.prepareAll(model.levels());
        }
        FakeHardware h = Library.TEN.open();
        h.nv.loadFailure = "out of memory";
        h.nv.goodLoads = 1;
        try (Session s = open(h, model)) {
            assertThatThrownBy(() -> s.prepareAll(model.levels())).isInstanceOf(DmsException.class);
            assertThat(OpenPlans.bytes()).isEqualTo(before);
            h.nv.loadFailure = null;
            s.prepareAll(model.levels());
            assertThat(OpenPlans.bytes()).isEqualTo(before);
        }
    }

    /** A library whose version tells less than it should: the key is the same, and the plan is not. */
    @ParameterizedTest
    @EnumSource(Library.class)
    void anEngineThatIsWhatWasWrittenAndThatTheLibraryRefusesIsBuiltAnewOnce(Library library) {
        long before = OpenPlans.bytes();
        ScalableModel model = Fixtures.model();
        try (Session s = open(library.open(), model)) {
            s.prepare(model.full());
        }
        FakeHardware h = library.open();
        h.nv.loadFailure = "Version tag does not match. Note: Current Version: 205, Serialized Engine Version: 213";
        h.nv.refusals = 1;
        try (Session s = open(h, model)) {
            assertThat(Fixtures.error(s, model.full(), 2)).isLessThan(1e-5);
        }
        assertThat(builds(h)).isEqualTo(1);
        assertThat(notes)
                .singleElement()
                .asString()
                .contains("level 1.00 is built anew")
                .contains("Version tag");
        FakeHardware next = library.open();
        try (Session s = open(next, model)) {
            s.prepareAll(model.levels().subList(0, 1));
        }
        assertThat(builds(next)).isZero();
        assertThat(OpenPlans.bytes()).isEqualTo(before);
    }

    @Test
    void aFreshEngineThatIsRefusedIsNotBuiltAgain() {
        ScalableModel model = Fixtures.model();
        FakeHardware h = Library.TEN.open();
        h.nv.loadFailure = "The engine plan file is generated on an incompatible device";
        // Its facts and its outputs are looked at before.
        h.nv.goodLoads = 2;
        try (Session s = open(h, model)) {
            assertThatThrownBy(() -> s.prepare(model.full()))
                    .isInstanceOf(DmsException.class)
                    .hasMessageContaining("incompatible device");
        }
        assertThat(builds(h)).isEqualTo(1);
    }

    @Test
    void aSessionsOptionsSayWhereItsEnginesAreKeptAndHowMuchRoomTheyHave() throws IOException {
        ScalableModel model = Fixtures.model();
        SessionOptions options =
                SessionOptions.DEFAULT.withEngines(new EngineKeeping(folder.resolve("engines"), 1L << 30));
        FakeHardware h = Library.TEN.open();
        TensorRtBackend backend = new TensorRtBackend(
                h, (m, o) -> CachedPlans.of(m, o, new TensorRtEngineBuilder(h), new ReferenceBackend()));
        try (Session s = backend.open(model, options)) {
            s.prepareAll(model.levels());
            assertThat(plans()).hasSize(3);
        }
        try (Session s = backend.open(
                model,
                options.withPrecision(Precision.FP16).withEngines(new EngineKeeping(folder.resolve("engines"), 1)))) {
            s.prepare(model.full());
            assertThat(plans()).as("an engine larger than all room is not kept").hasSize(3);
        }
    }
}
