package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.backend.tensorrt.cache.EngineFolder.Refused;
import io.dms.model.EnvironmentException;
import io.dms.model.ScalableModel;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happened to the files: the right engine, no crash, and one line that says what was wrong. */
class EngineCacheTest {
    private static final EngineRequest WIDE = Levels.request(1, 0);
    private static final EngineRequest NARROW = Levels.request(1, 1);

    @TempDir
    Path temporary;

    private Path folder;
    private final PlanBuilder builder = new PlanBuilder();
    private final List<String> notes = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void name() {
        folder = temporary.resolve("engines");
    }

    private EngineCache cache() {
        return new EngineCache(folder, 1 << 30, builder, notes::add);
    }

    /** Asks as a new process would; the engine must be right. True where it was built for that. */
    private boolean built(EngineRequest request) {
        try (CachedEngine e = Objects.requireNonNull(cache().get(request, Levels.UNCHECKED, BuildListener.NONE))) {
            Levels.assertRight(builder, request, e);
            assertThat(e.kept()).isTrue();
            return e.fresh();
        }
    }

    private void assertBuiltAnew(EngineRequest request, String why) {
        notes.clear();
        assertThat(built(request)).isTrue();
        assertThat(notes)
                .singleElement()
                .asString()
                .contains("is built anew: ")
                .contains(why)
                .doesNotContain("\n");
        notes.clear();
        assertThat(built(request)).isFalse();
        assertThat(notes).isEmpty();
    }

    private Path file(EngineRequest request, String ending) {
        return folder.resolve(EngineKey.of(request, builder.platform).id() + ending);
    }

    @Test
    void an_engine_is_built_once_and_then_read() {
        assertThat(built(WIDE)).isTrue();
        assertThat(built(WIDE)).isFalse();
        assertThat(builder.builds).hasValue(1);
        assertThat(notes).isEmpty();
    }

    @Test
    void what_was_known_about_an_engine_is_known_when_it_is_read() {
        built(WIDE);
        try (CachedEngine e = Objects.requireNonNull(cache().get(WIDE, Levels.UNCHECKED, BuildListener.NONE))) {
            assertThat(e.record().facts()).isEqualTo(builder.facts);
            assertThat(e.record().check()).isEqualTo("was not looked at");
            assertThat(e.record().key()).isEqualTo(EngineKey.of(WIDE, PlanBuilder.ORIN));
            e.takePlan();
            assertThatThrownBy(e::takePlan).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void models_of_equal_structure_and_name_and_other_weights_have_engines_of_their_own() throws IOException {
        EngineRequest other = Levels.request(2, 0);
        assertThat(other.network().nodes()).hasSameSizeAs(WIDE.network().nodes());
        assertThat(built(WIDE)).isTrue();
        assertThat(built(other)).isTrue();
        assertThat(built(WIDE)).isFalse();
        assertThat(built(other)).isFalse();
        assertThat(Files.size(file(WIDE, ".plan"))).isEqualTo(Files.size(file(other, ".plan")));
        Files.copy(file(other, ".plan"), file(WIDE, ".plan"), StandardCopyOption.REPLACE_EXISTING);
        assertBuiltAnew(WIDE, "its plan is damaged");
        Files.copy(file(other, ".plan"), file(WIDE, ".plan"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(file(other, ".json"), file(WIDE, ".json"), StandardCopyOption.REPLACE_EXISTING);
        assertBuiltAnew(WIDE, "its record is another engine's");
    }

    @Test
    void levels_of_one_model_have_engines_of_their_own() throws IOException {
        assertThat(built(WIDE)).isTrue();
        assertThat(built(NARROW)).isTrue();
        assertThat(built(WIDE)).isFalse();
        assertThat(built(NARROW)).isFalse();
        Files.copy(file(WIDE, ".plan"), file(NARROW, ".plan"), StandardCopyOption.REPLACE_EXISTING);
        assertBuiltAnew(NARROW, "its plan has ");
    }

    @Test
    void a_flipped_bit_of_any_byte_is_seen() throws IOException {
        builder.padding = 0;
        built(NARROW);
        String id = EngineKey.of(NARROW, builder.platform).id();
        EngineFiles files = new EngineFiles(EngineFolder.open(folder));
        files.read(id);
        SplittableRandom random = new SplittableRandom(9);
        for (String ending : List.of(".json", ".plan")) {
            Path file = file(NARROW, ending);
            byte[] good = Files.readAllBytes(file);
            int every = Math.max(1, good.length / 1000);
            for (int i = 0; i < good.length; i += 1 + random.nextInt(every)) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, bad);
                int at = i;
                assertThatThrownBy(() -> files.read(id))
                        .as("%s, byte %d", ending, at)
                        .isInstanceOf(Refused.class);
            }
            Files.write(file, good);
            files.read(id);
        }
    }

    @Test
    void an_engine_with_a_flipped_byte_is_built_anew() throws IOException {
        built(WIDE);
        SplittableRandom random = new SplittableRandom(3);
        for (String ending : List.of(".plan", ".json")) {
            for (int i = 0; i < 10; i++) {
                Path file = file(WIDE, ending);
                byte[] bytes = Files.readAllBytes(file);
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
                Files.write(file, bytes);
                assertBuiltAnew(WIDE, ending.equals(".plan") ? "its plan is damaged" : "its record ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".plan", ".json"})
    void an_engine_whose_file_is_cut_off_or_grew_is_built_anew(String ending) throws IOException {
        built(WIDE);
        Path file = file(WIDE, ending);
        List<IntUnaryOperator> cuts =
                List.of(n -> 0, n -> 1, n -> 4, n -> 100, n -> n / 2, n -> n - 65, n -> n - 1, n -> n + 1, n -> 2 * n);
        for (IntUnaryOperator cut : cuts) {
            byte[] whole = Files.readAllBytes(file);
            int size = whole.length;
            int length = cut.applyAsInt(size);
            Files.write(file, Arrays.copyOf(whole, length));
            assertBuiltAnew(
                    WIDE, ending.equals(".plan") ? "its plan has " + length + " bytes, not " + size : "its record ");
        }
        Files.write(file, new byte[2 << 20]);
        assertBuiltAnew(WIDE, ending.equals(".plan") ? "its plan has " : "is larger than it should be");
        Files.delete(file);
        assertBuiltAnew(WIDE, "is missing");
    }

    @Test
    void whatever_differs_another_engine_is_built_and_the_line_says_why() {
        built(WIDE);
        EngineOptions o = WIDE.options();
        Map<String, EngineOptions> options = new LinkedHashMap<>();
        options.put(
                "precision was FP32 and is FP16", EngineOptions.of(WIDE.network(), EngineOptions.Precision.FP16, 1));
        options.put("calibration was none and is c0ffee", o.withCalibration("c0ffee"));
        options.put("profile was ", EngineOptions.of(WIDE.network(), EngineOptions.Precision.FP32, 1, 2, 8));
        options.put("flags was none and is REFIT", o.withFlags(List.of("REFIT")));
        options.put("dla_core was -1 and is 1", o.withDlaCore(1));
        options.forEach((why, other) -> assertBuiltAnew(WIDE.with(other), why));
        assertBuiltAnew(new EngineRequest(WIDE.model(), WIDE.level(), List.of(3), WIDE.source(), o), "counts was ");
        assertBuiltAnew(Levels.request(4, 0), "network was ");

        EnginePlatform p = PlanBuilder.ORIN;
        Map<String, EnginePlatform> platforms = new LinkedHashMap<>();
        platforms.put(
                "tensorrt was 10.3.0.30 and is 10.3.0.31",
                new EnginePlatform("10.3.0.31", p.cuda(), p.driver(), p.device(), "8.7", 8));
        platforms.put(
                "cuda was 12.6 and is 12.7",
                new EnginePlatform(p.tensorrt(), "12.7", p.driver(), p.device(), "8.7", 8));
        platforms.put(
                "driver was L4T 36.4.0 and is L4T 36.4.3",
                new EnginePlatform(p.tensorrt(), p.cuda(), "L4T 36.4.3", p.device(), "8.7", 8));
        platforms.put(
                "device was Orin and is Orin Nano",
                new EnginePlatform(p.tensorrt(), p.cuda(), p.driver(), "Orin Nano", "8.7", 8));
        platforms.put(
                "compute_capability was 8.7 and is 7.2",
                new EnginePlatform(p.tensorrt(), p.cuda(), p.driver(), p.device(), "7.2", 8));
        platforms.put(
                "multiprocessors was 8 and is 4",
                new EnginePlatform(p.tensorrt(), p.cuda(), p.driver(), p.device(), "8.7", 4));
        platforms.forEach((why, other) -> {
            builder.platform = other;
            assertBuiltAnew(WIDE, why);
        });
        builder.platform = p;
        assertThat(built(WIDE)).isFalse();
    }

    @Test
    void an_engine_of_an_older_format_is_built_anew() throws IOException {
        built(WIDE);
        String text = Files.readString(file(WIDE, ".json"));
        Files.writeString(file(WIDE, ".json"), text.replace("\"schema\":1", "\"schema\":0"));
        assertBuiltAnew(WIDE, "its record has format 0, and this version of DMS writes 1");
    }

    @Test
    void a_fresh_engine_that_computes_something_else_is_refused_and_not_kept() {
        ScalableModel model = Levels.model(1);
        try (Session reference = new ReferenceBackend().open(model, SessionOptions.DEFAULT)) {
            EngineCheck check = new OutputCheck(reference, model.levels().get(0), 1e-3, 1);
            builder.wrong = true;
            assertThatThrownBy(() -> cache().get(WIDE, check, BuildListener.NONE))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("the engine of small at level 1.00 that was just built is not used")
                    .hasMessageContaining("tolerance 0.001")
                    .hasMessageContaining("dms engines prune");
            assertThat(folder).isDirectoryNotContaining("glob:**.{plan,json,bin,tmp}");
            builder.wrong = false;
            try (CachedEngine e = Objects.requireNonNull(cache().get(WIDE, check, BuildListener.NONE))) {
                assertThat(e.fresh()).isTrue();
                assertThat(e.record().check())
                        .startsWith("outputs of 3 inputs differ from the reference's by at most ");
            }
            assertThat(built(WIDE)).isFalse();
        }
    }

    @Test
    void a_build_that_was_ended_leaves_nothing() {
        assertThat(cache().get(WIDE, Levels.UNCHECKED, (phase, done, of) -> false))
                .isNull();
        assertThat(folder).isDirectoryNotContaining("glob:**.{plan,json,bin,tmp}");
        assertThat(built(WIDE)).isTrue();
        assertThat(notes).isEmpty();
    }

    @Test
    void what_one_build_learned_the_next_levels_build_gets() throws IOException {
        built(WIDE);
        built(NARROW);
        assertThat(builder.timings).hasSize(2);
        assertThat(builder.timings.get(0)).isNull();
        assertThat(builder.timings.get(1)).containsExactly(1, 2, 3);
        builder.platform = new EnginePlatform("8.5.2.2", "11.4", "L4T 35.4.1", "Orin", "8.7", 8);
        built(WIDE);
        assertThat(builder.timings.get(2)).as("those of another version").isNull();
        builder.platform = PlanBuilder.ORIN;
        notes.clear();
        try (var files = Files.newDirectoryStream(folder, "timing-*.bin")) {
            for (Path f : files) {
                byte[] bytes = Files.readAllBytes(f);
                bytes[bytes.length - 1] ^= 1;
                Files.write(f, bytes);
            }
        }
        built(Levels.request(3, 1));
        assertThat(builder.timings.get(3)).isNull();
        assertThat(notes).anyMatch(n -> n.startsWith("timings of earlier builds are not used"));
    }

    @Test
    void builds_of_several_threads_take_turns() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        builder.whileBuilding = () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            inside.decrementAndGet();
        };
        EngineCache cache = cache();
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (long seed = 1; seed <= 3; seed++) {
                EngineRequest request = Levels.request(seed, 1);
                all.add(pool.submit(
                        () -> Objects.requireNonNull(cache.get(request, Levels.UNCHECKED, BuildListener.NONE))
                                .close()));
            }
            for (Future<?> f : all) {
                f.get(30, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(builder.builds).hasValue(3);
        assertThat(most).hasValue(1);
    }

    @Test
    void threads_that_want_one_engine_build_it_once() throws Exception {
        int threads = 4;
        CountDownLatch all = new CountDownLatch(threads);
        builder.whileBuilding = () -> {
            try {
                assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        EngineCache cache = cache();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Boolean>> built = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                built.add(pool.submit(() -> {
                    all.countDown();
                    try (CachedEngine e =
                            Objects.requireNonNull(cache.get(WIDE, Levels.UNCHECKED, BuildListener.NONE))) {
                        Levels.assertRight(builder, WIDE, e);
                        return e.fresh();
                    }
                }));
            }
            int fresh = 0;
            for (Future<Boolean> f : built) {
                fresh += f.get(30, TimeUnit.SECONDS) ? 1 : 0;
            }
            assertThat(fresh).isEqualTo(1);
            assertThat(builder.builds).hasValue(1);
        } finally {
            pool.shutdownNow();
        }
    }
}
