package io.dms.cli.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.compiler.CompileListener;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.schedule.Budgets;
import io.dms.schedule.catalog.Accuracy;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Cost;
import io.dms.schedule.catalog.Fragment;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Provenance;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import io.dms.schedule.special.FeatureSet;
import io.dms.schedule.special.HeadFile;
import io.dms.schedule.special.HeadTrainer;
import io.dms.schedule.special.TrainOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real stream on the bundled model's trunk, whose classes are skewed or not; the heads are trained on the way. */
class ScheduleRunSpecialisedTest {
    private static final MadeUpImages TRAINING = new MadeUpImages(400, 1);
    private static final MadeUpImages TEST = new MadeUpImages(400, 2);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    /** A half trunk that saves enough for a head that passes a third of its images on. */
    private Catalog catalog() {
        return catalog(0.006);
    }

    /**
     * The general variant is a head for all classes on the full trunk, of 0.01 s, trained on so few images that it leaves
     * others something to gain.
     *
     * @param halfSeconds what the half trunk is said to cost
     */
    private Catalog catalog(double halfSeconds) {
        Workbench bench = new Workbench(Backends.find("cpu"), 1, TRAINING, TEST, 50, 400, 1, CompileListener.SILENT);
        ScalableModel trunk = Workbench.trunk(BundledModels.resnet20Cifar10());
        FeatureSet full = bench.trainingFeatures(trunk, trunk.full());
        FeatureSet half = bench.trainingFeatures(trunk, trunk.level(0.5));
        HeadTrainer trainer = new HeadTrainer(TrainOptions.DEFAULT);
        Path all = folder.resolve("all.onnx");
        Path two = folder.resolve("two.onnx");
        HeadFile.write(trainer.classifier(full.rows(0, 40)), "all", all);
        HeadFile.write(trainer.specialised(half, new int[] {0, 3}), "two", two);
        return new Catalog(
                Provenance.of("test"),
                List.of(new Task(
                        "objects",
                        null,
                        "camera",
                        null,
                        List.of(new Task.Context("two", 2, 0.95, List.of("c0", "c3"))))),
                List.of(
                        new Fragment("trunk", 1 << 20, Cost.NONE, Cost.NONE, List.of()),
                        new Fragment("full", 0, Cost.NONE, new Cost(0.010, 0.0), List.of("trunk")),
                        new Fragment("half", 0, Cost.NONE, new Cost(halfSeconds, 0.0), List.of("trunk"))),
                List.of(
                        Variant.of("general", "objects", Place.DEVICE, Kind.SHARED, Accuracy.of(0.9))
                                .requires("full")
                                .implementation(how("1.00", all))
                                .build(),
                        Variant.of(
                                        "special",
                                        "objects",
                                        Place.DEVICE,
                                        Kind.SPECIALISED,
                                        new Accuracy(null, Map.of(), Map.of("two", 0.95)))
                                .requires("half")
                                .fallback("general")
                                .fallsThrough(0.06)
                                .implementation(how("0.50", two))
                                .build()));
    }

    private static Map<String, String> how(String level, Path head) {
        return Map.of(
                CatalogBuilder.MODEL, "bundled", CatalogBuilder.LEVEL, level, CatalogBuilder.HEAD, head.toString());
    }

    private static RunAccount run(Catalog c, @Nullable String context, boolean tell, int requests) {
        return run(c, new Budgets(null, null, null, 1L << 30, 100), context, tell, requests);
    }

    private static RunAccount run(Catalog c, Budgets budgets, @Nullable String context, boolean tell, int requests) {
        return ScheduleRun.run(
                c,
                budgets,
                Backends.find("cpu"),
                TEST,
                TRAINING,
                new ScheduleRun.Wish("priced", 1, requests, 2000, context, tell, 3),
                RemoteWay.OF_CATALOG,
                CompileListener.SILENT,
                () -> false,
                Runnable::run);
    }

    @Test
    void while_the_stream_shows_few_classes_heads_answer_and_the_general_variant_rests() {
        RunAccount r = run(catalog(), "two", false, 400);
        assertThat(r.answered()).isEqualTo(400);
        assertThat(r.streams()).hasSize(1);
        RunAccount.Stream s = r.streams().get(0);
        assertThat(s.general()).isEqualTo("general");
        assertThat(s.frames()).isEqualTo(400);
        assertThat(s.entered()).isPositive();
        assertThat(s.byHead()).isGreaterThan(150);
        assertThat(s.byHead() + s.generalRuns()).as("each frame by one of them").isEqualTo(400);
        assertThat(r.variants().stream()
                        .filter(l -> l.id().equals("special"))
                        .mapToInt(RunAccount.Line::chosen)
                        .sum())
                .as("the scheduler is told of the context that the rule found")
                .isPositive();
        assertThat(r.samples()).anyMatch(x -> x.end() == RunAccount.End.HEAD);
    }

    @Test
    void a_stream_of_all_classes_stays_with_the_general_variant() {
        RunAccount r = run(catalog(0.00995), null, false, 200);
        assertThat(r.streams().get(0).entered()).isZero();
        assertThat(r.streams().get(0).generalRuns()).isEqualTo(200);
        assertThat(r.variants()).extracting(RunAccount.Line::id).containsExactly("general");
    }

    @Test
    void who_tells_the_context_gets_the_catalogs_own_head_at_once() {
        RunAccount r = run(catalog(), "two", true, 60);
        assertThat(r.streams()).isEmpty();
        assertThat(r.variants()).extracting(RunAccount.Line::id).containsExactly("special");
        assertThat(r.right()).isGreaterThan(50);
    }

    @Test
    void the_trunks_that_are_held_are_taken_from_the_memory_budget() {
        Catalog c = catalog();
        // The general variant alone would just fit.
        Budgets tight = new Budgets(null, null, null, (1 << 20) + 1000, 100);
        assertThatThrownBy(() -> run(c, tight, "two", false, 40))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("fits");
        assertThat(run(c, tight, "two", true, 10).answered()).isEqualTo(10);
    }

    @Test
    void a_set_is_halved_within_each_class() {
        EveryOther one = new EveryOther(new MadeUpImages(35, 1), 0);
        EveryOther other = new EveryOther(new MadeUpImages(35, 1), 1);
        assertThat(one.size()).isEqualTo(20);
        assertThat(other.size()).isEqualTo(15);
        assertThat(IntStream.range(0, 10).map(one::label).toArray()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        byte[] a = new byte[3072];
        byte[] b = new byte[3072];
        one.rgb(10, a);
        new MadeUpImages(35, 1).rgb(20, b);
        assertThat(a).isEqualTo(b);
    }
}
