package io.dms.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.backend.cpu.CpuBackend;
import io.dms.compiler.data.Cifar10;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.Backend;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the compiler makes of a published network, on a real data set. */
class PretrainedTest {
    private static Path data() {
        String property = System.getProperty("dms.data");
        @Nullable String place = property == null ? System.getenv("DMS_DATA") : property;
        assumeTrue(place != null && Files.isDirectory(Path.of(place, "cifar10")), "no data: set DMS_DATA");
        return Path.of(place);
    }

    private static double top1(Backend backend, ScalableModel model, int level, int images) {
        try (Session session = backend.open(model, SessionOptions.DEFAULT.withBatch(64))) {
            Cifar10 test = Cifar10.test(data().resolve("cifar10"));
            return Accuracy.measure(
                            session,
                            model.levels().get(level),
                            test,
                            images,
                            Preprocessing.IMAGENET,
                            CompileListener.SILENT)
                    .top1();
        }
    }

    @Test
    void resnet20_has_its_published_accuracy_once_imported() {
        Path file = data().resolve("networks/resnet20_cifar10.onnx");
        Backend backend = new CpuBackend();
        SourceNetwork source = SourceNetwork.read(file, ImportOptions.DEFAULT);

        assertThat(top1(backend, ScalableModel.plain(source.graph()), 0, 10_000))
                .isCloseTo(0.9173, offset(1e-9));
    }

    @Test
    void every_level_of_the_bundled_model_has_the_accuracy_of_its_card() {
        double[] card = {0.9185, 0.9047, 0.8726, 0.8166};
        ScalableModel model = BundledModels.resnet20Cifar10();
        Backend backend = new CpuBackend();
        for (int level = 0; level < card.length; level++) {
            assertThat(top1(backend, model, level, 10_000))
                    .as(model.levels().get(level).name())
                    .isCloseTo(card[level], offset(5e-4));
        }
    }

    @Test
    void calibration_repairs_much_of_what_cutting_broke() {
        Path file = data().resolve("networks/resnet20_cifar10.onnx");
        CompileOptions options = CompileOptions.DEFAULT
                .withPreprocessing(Preprocessing.IMAGENET)
                .withWidths(List.of(1.0, 0.75))
                .withCalibrationImages(256)
                .withAccuracyImages(1000);
        Cifar10 images = Cifar10.test(data().resolve("cifar10"));
        CompileReport.Level level = new Compiler(new CpuBackend(), CompileListener.SILENT)
                .compile(SourceNetwork.read(file, ImportOptions.DEFAULT), options, images, images)
                .report()
                .levels()
                .get(1);
        Accuracy orderOnly = Objects.requireNonNull(level.orderOnly());
        Accuracy calibrated = Objects.requireNonNull(level.calibrated());
        assertThat(orderOnly.top1()).isLessThan(0.5);
        assertThat(calibrated.top1()).isGreaterThan(0.6);
    }
}
