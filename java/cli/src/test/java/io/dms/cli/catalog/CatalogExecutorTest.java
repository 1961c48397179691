package io.dms.cli.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import io.dms.runtime.Backends;
import io.dms.schedule.catalog.Accuracy;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Cost;
import io.dms.schedule.catalog.Fragment;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Provenance;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import io.dms.schedule.special.HeadFile;
import io.dms.schedule.special.LinearHead;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalog's variants on real sessions of the bundled model. */
class CatalogExecutorTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static Variant.Builder variant(String id, String task, Kind kind, Accuracy accuracy) {
        return Variant.of(id, task, Place.DEVICE, kind, accuracy);
    }

    private Catalog catalog() {
        Path always = folder.resolve("other.onnx");
        Path heads = folder.resolve("two.onnx");
        // Whatever it sees, the one says "other", the other says class 1.
        HeadFile.write(
                new LinearHead(new int[] {3, LinearHead.OTHER}, 64, new float[128], new float[] {0, 1}), "a", always);
        HeadFile.write(new LinearHead(new int[] {0, 1}, 64, new float[128], new float[] {0, 1}), "b", heads);
        Map<String, String> full = Map.of(CatalogBuilder.MODEL, "bundled", CatalogBuilder.LEVEL, "1.00");
        return new Catalog(
                Provenance.of("test"),
                List.of(
                        new Task("objects", null, "camera", null, List.of(new Task.Context("c", 1, 0.9, List.of()))),
                        new Task("two", null, "camera", null, List.of())),
                List.of(
                        new Fragment("weights", 1, Cost.NONE, Cost.NONE, List.of()),
                        new Fragment("trunk", 1, Cost.NONE, Cost.NONE, List.of())),
                List.of(
                        variant("full", "objects", Kind.LEVEL, Accuracy.of(0.9))
                                .requires("weights")
                                .implementation(full)
                                .build(),
                        variant("half", "objects", Kind.LEVEL, Accuracy.of(0.5))
                                .requires("weights")
                                .implementation(Map.of(CatalogBuilder.MODEL, "bundled", CatalogBuilder.LEVEL, "0.50"))
                                .build(),
                        variant("special", "objects", Kind.SPECIALISED, new Accuracy(null, Map.of(), Map.of("c", 0.9)))
                                .requires("trunk")
                                .fallback("full")
                                .implementation(Map.of(
                                        CatalogBuilder.MODEL,
                                        "bundled",
                                        CatalogBuilder.LEVEL,
                                        "1.00",
                                        CatalogBuilder.HEAD,
                                        always.toString()))
                                .build(),
                        variant("head", "two", Kind.SHARED, Accuracy.of(0.9))
                                .requires("trunk")
                                .implementation(Map.of(
                                        CatalogBuilder.MODEL,
                                        "bundled",
                                        CatalogBuilder.LEVEL,
                                        "1.00",
                                        CatalogBuilder.HEAD,
                                        heads.toString()))
                                .build()));
    }

    private static FloatBuffer frame() {
        FloatBuffer b = Workbench.direct(3 * 32 * 32);
        Random random = new Random(3);
        for (int i = 0; i < b.capacity(); i++) {
            b.put(i, (float) random.nextGaussian());
        }
        return b;
    }

    private static Variant of(Catalog c, String id) {
        return Objects.requireNonNull(c.variant(id));
    }

    @Test
    void aTrunkRunsOncePerFrameAndWhatIsPassedOnIsAnsweredByTheFallback() {
        Catalog c = catalog();
        try (CatalogExecutor e = new CatalogExecutor(c, Backends.find("cpu"), 1)) {
            for (String id : List.of("full", "special", "head")) {
                e.load(of(c, id));
            }
            FloatBuffer frame = frame();
            int answer = e.run(of(c, "full"), 1, frame);
            assertThat(e.run(of(c, "special"), 1, frame)).isEqualTo(answer);
            assertThat(e.run(of(c, "head"), 1, frame)).isEqualTo(1);
            assertThat(e.modelRuns()).as("the whole and its trunk, once each").isEqualTo(2);
            e.run(of(c, "head"), 2, frame);
            assertThat(e.modelRuns()).isEqualTo(3);
        }
    }

    @Test
    void levelsShareTheirWeightsAndWhatNobodyUsesIsClosed() {
        Catalog c = catalog();
        try (CatalogExecutor e = new CatalogExecutor(c, Backends.find("cpu"), 1)) {
            e.load(of(c, "full"));
            long one = e.bytes();
            e.load(of(c, "half"));
            assertThat(e.bytes()).isLessThan(2 * one);
            e.unload(of(c, "full"));
            assertThat(e.isLoaded(of(c, "full"))).isFalse();
            assertThat(e.run(of(c, "half"), 1, frame())).isBetween(0, 9);
            e.unload(of(c, "half"));
            assertThat(e.bytes()).isZero();
            assertThatThrownBy(() -> e.run(of(c, "half"), 2, frame())).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whatCannotRunHereSaysWhy() {
        Variant nowhere = variant("x", "objects", Kind.NETWORK, Accuracy.of(0.5))
                .implementation(Map.of(CatalogBuilder.MODEL, "nowhere.onnx", CatalogBuilder.LEVEL, "1.00"))
                .build();
        assertThat(CatalogExecutor.refusal(nowhere)).contains("nowhere.onnx");
        Variant silent = variant("y", "objects", Kind.NETWORK, Accuracy.of(0.5)).build();
        assertThat(CatalogExecutor.refusal(silent)).contains("does not say what model");
        Catalog c = catalog();
        try (CatalogExecutor e = new CatalogExecutor(c, Backends.find("cpu"), 1)) {
            assertThatThrownBy(() -> e.load(nowhere)).isInstanceOf(UserException.class);
            Variant odd = variant("z", "objects", Kind.LEVEL, Accuracy.of(0.5))
                    .requires("weights")
                    .implementation(Map.of(CatalogBuilder.MODEL, "bundled", CatalogBuilder.LEVEL, "wide"))
                    .build();
            assertThatThrownBy(() -> e.load(odd))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("no level");
        }
    }
}
