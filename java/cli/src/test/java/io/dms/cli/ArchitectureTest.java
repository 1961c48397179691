package io.dms.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The floors of the house ({@code docs/architecture.md}), as rules that fail. */
class ArchitectureTest {
    private static final JavaClasses DMS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.dms");

    /** Floor by floor, from the ground up; a room may use only rooms on floors below it. */
    private static final List<List<String>> FLOORS = List.of(
            List.of("io.dms.model.."),
            List.of("io.dms.runtime..", "io.dms.monitor.."),
            List.of("io.dms.testkit..", "io.dms.cuda.."),
            List.of("io.dms.backend..", "io.dms.control.."),
            List.of("io.dms.compiler.."),
            List.of("io.dms.trainer.."),
            List.of("io.dms.schedule.."),
            List.of("io.dms.select.."),
            List.of("io.dms.robotics.."),
            List.of("io.dms.serve.."),
            List.of("io.dms.cli.."));

    @Test
    void a_room_uses_only_rooms_below_it() {
        for (int floor = 0; floor < FLOORS.size(); floor++) {
            String[] above =
                    FLOORS.stream().skip(floor + 1).flatMap(List::stream).toArray(String[]::new);
            if (above.length > 0) {
                noClasses()
                        .that()
                        .resideInAnyPackage(FLOORS.get(floor).toArray(String[]::new))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(above)
                        .allowEmptyShould(true)
                        .check(DMS);
            }
        }
    }

    @Test
    void the_rules_see_the_classes() {
        assertThat(DMS.stream().map(c -> c.getPackageName()))
                .contains("io.dms.model", "io.dms.runtime", "io.dms.testkit", "io.dms.cli");
    }

    @Test
    void the_compiler_knows_no_particular_backend() {
        noClasses()
                .that()
                .resideInAPackage("io.dms.compiler..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.dms.backend..")
                .allowEmptyShould(true)
                .check(DMS);
    }

    @Test
    void native_presets_are_seen_only_by_backends() {
        noClasses()
                .that(not(resideInAnyPackage("io.dms.backend..", "io.dms.cuda..", "io.dms.trainer..")))
                .should()
                .dependOnClassesThat(resideInAPackage("org.bytedeco.."))
                .check(DMS);
        noClasses()
                .that(not(resideInAnyPackage("io.dms.backend..", "io.dms.monitor.nvml..")))
                .should()
                .dependOnClassesThat(resideInAPackage("com.sun.jna.."))
                .check(DMS);
    }

    @Test
    void cuda_is_seen_only_by_backends() {
        noClasses()
                .that(not(resideInAnyPackage("io.dms.backend..", "io.dms.cuda..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.dms.cuda..")
                .check(DMS);
    }

    @Test
    void nobody_loads_native_libraries_by_hand() {
        noClasses()
                .that(not(resideInAnyPackage("io.dms.backend..", "io.dms.cuda..")))
                .should()
                .callMethod(System.class, "load", String.class)
                .orShould()
                .callMethod(System.class, "loadLibrary", String.class)
                .orShould()
                .callMethod(Runtime.class, "load", String.class)
                .orShould()
                .callMethod(Runtime.class, "loadLibrary", String.class)
                .check(DMS);
    }

    @Test
    void the_file_format_of_onnx_stays_in_its_room() {
        noClasses()
                .that(not(resideInAPackage("io.dms.model.onnx..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.onnx.proto..")
                .check(DMS);
    }

    @Test
    void peers_are_called_only_by_the_benchmark() {
        noClasses()
                .that(not(resideInAPackage("io.dms.cli.bench..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("ai.onnxruntime..")
                .check(DMS);
    }

    @Test
    void only_main_ends_the_process() {
        classes()
                .that()
                .doNotHaveFullyQualifiedName("io.dms.cli.Main")
                .should(com.tngtech.archunit.lang.conditions.ArchConditions.never(
                        com.tngtech.archunit.lang.conditions.ArchConditions.callMethod(
                                System.class, "exit", int.class)))
                .check(DMS);
    }

    @Test
    void what_decides_reads_no_clock_and_starts_no_thread() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.dms.control..", "io.dms.schedule", "io.dms.schedule.catalog", "io.dms.schedule.sim")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(
                        Thread.class,
                        java.time.Clock.class,
                        java.util.Timer.class,
                        java.util.concurrent.Executor.class,
                        java.util.concurrent.Executors.class,
                        java.util.concurrent.CompletableFuture.class,
                        java.util.concurrent.ForkJoinPool.class)
                .check(DMS);
    }
}
