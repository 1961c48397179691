package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.backend.tensorrt.cache.EngineOptions.Precision;
import io.dms.model.Affine;
import io.dms.model.LevelExport;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EngineKeyTest {
    private static final ScalableModel MODEL = BundledModels.resnet20Cifar10();
    private static final EnginePlatform ORIN = new EnginePlatform("10.3.0.30", "12.6", "L4T 36.4.0", "Orin", "8.7", 8);
    private static final EngineRequest REQUEST = request(MODEL.level(0.5));

    private static EngineRequest request(WidthLevel level) {
        var network = LevelExport.graph(MODEL, level);
        return EngineRequest.of(MODEL, level, EngineOptions.of(network, Precision.FP16, 1));
    }

    private static EngineRequest with(EngineOptions options) {
        return REQUEST.with(options);
    }

    @Test
    void the_same_question_has_the_same_key() {
        assertThat(EngineKey.of(request(MODEL.level(0.5)), ORIN)).isEqualTo(EngineKey.of(REQUEST, ORIN));
        assertThat(EngineKey.of(REQUEST, ORIN).id()).matches("[0-9a-f]{64}");
    }

    @Test
    void every_level_has_a_key_of_its_own() {
        assertThat(MODEL.levels().stream()
                        .map(l -> EngineKey.of(request(l), ORIN).id())
                        .distinct())
                .hasSameSizeAs(MODEL.levels());
    }

    @Test
    void a_level_with_another_normalisation_is_another_engine() {
        WidthLevel level = MODEL.level(0.5);
        Map<String, Affine> other = new LinkedHashMap<>(level.normalization());
        assertThat(other).isNotEmpty();
        String site = other.keySet().iterator().next();
        other.computeIfPresent(site, (name, a) -> {
            float[] scale = a.scale().clone();
            scale[0] = Math.nextUp(scale[0]);
            return new Affine(scale, a.shift());
        });
        EngineKey changed = EngineKey.of(request(level.withNormalization(other)), ORIN);
        EngineKey key = EngineKey.of(REQUEST, ORIN);
        assertThat(changed.id()).isNotEqualTo(key.id());
        assertThat(changed.differencesFrom(key)).singleElement().asString().startsWith("network was ");
    }

    @Test
    void whatever_changes_the_key_is_another_one_and_says_what_changed() {
        EngineOptions o = REQUEST.options();
        Map<String, EngineKey> changed = new LinkedHashMap<>();
        changed.put("counts", EngineKey.of(new EngineRequest("m", "l", List.of(1, 2), REQUEST.source(), o), ORIN));
        changed.put("precision", EngineKey.of(with(EngineOptions.of(REQUEST.network(), Precision.FP32, 1)), ORIN));
        changed.put("calibration", EngineKey.of(with(o.withCalibration("c0ffee")), ORIN));
        changed.put("profile", EngineKey.of(with(EngineOptions.of(REQUEST.network(), Precision.FP16, 1, 1, 8)), ORIN));
        changed.put("flags", EngineKey.of(with(o.withFlags(List.of("REFIT"))), ORIN));
        changed.put("dla_core", EngineKey.of(with(o.withDlaCore(0)), ORIN));
        String[] p = {"10.3.0.30", "12.6", "L4T 36.4.0", "Orin", "8.7"};
        for (int i = 0; i < p.length; i++) {
            String[] q = p.clone();
            q[i] += "1";
            changed.put(
                    EngineKey.PLATFORM.get(i),
                    EngineKey.of(REQUEST, new EnginePlatform(q[0], q[1], q[2], q[3], q[4], 8)));
        }
        changed.put("multiprocessors", EngineKey.of(REQUEST, new EnginePlatform(p[0], p[1], p[2], p[3], p[4], 4)));

        EngineKey key = EngineKey.of(REQUEST, ORIN);
        List<String> covered = new ArrayList<>(changed.keySet());
        covered.addAll(List.of("format", "export", "network"));
        assertThat(key.fields().keySet()).containsExactlyInAnyOrderElementsOf(covered);
        changed.forEach((field, other) -> {
            assertThat(other.id()).isNotEqualTo(key.id());
            assertThat(other.differencesFrom(key)).singleElement().asString().startsWith(field + " was ");
        });
        assertThat(Stream.concat(Stream.of(key), changed.values().stream()).map(EngineKey::id))
                .doesNotHaveDuplicates();
    }

    @Test
    void every_batch_that_an_engine_is_made_for_is_in_its_key() {
        int[][] batches = {{1, 4, 8}, {2, 4, 8}, {1, 5, 8}, {1, 4, 9}};
        assertThat(Arrays.stream(batches)
                        .map(b -> EngineOptions.of(REQUEST.network(), Precision.FP16, b[0], b[1], b[2]))
                        .map(o -> EngineKey.of(with(o), ORIN).id())
                        .distinct())
                .hasSize(batches.length);
    }

    @Test
    void values_that_would_read_alike_in_a_row_are_told_apart() {
        assertThat(EngineKey.id(Map.of("a", "bc"))).isNotEqualTo(EngineKey.id(Map.of("ab", "c")));
        assertThat(EngineKey.id(new HashMap<>(Map.of("a", "")))).isNotEqualTo(EngineKey.id(Map.of()));
    }

    @Test
    void an_engine_that_was_built_within_a_limit_of_memory_is_found_without_one() {
        assertThat(EngineKey.of(with(REQUEST.options().withMemoryLimitBytes(1 << 20)), ORIN))
                .isEqualTo(EngineKey.of(REQUEST, ORIN));
    }

    @Test
    void the_order_of_flags_does_not_matter() {
        EngineOptions o = REQUEST.options();
        assertThat(EngineKey.of(with(o.withFlags(List.of("b", "a", "b"))), ORIN))
                .isEqualTo(EngineKey.of(with(o.withFlags(List.of("a", "b"))), ORIN));
    }
}
