package io.dms.trainer;

import io.dms.backend.cpu.CpuBackend;
import io.dms.compiler.Accuracy;
import io.dms.compiler.CompileListener;
import io.dms.compiler.CompileOptions;
import io.dms.compiler.CompileReport;
import io.dms.compiler.Compiler;
import io.dms.compiler.Criteria;
import io.dms.compiler.SourceNetwork;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import io.dms.model.onnx.ImportOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Compares all importance criteria on ResNet-20, order only and calibrated; prints lines of CSV, asserts nothing. A seed
 * says which images are drawn. By hand:
 * {@code mvn -Dquick -pl java/trainer -am test -Dtest=ImportanceStudy -Dsurefire.failIfNoSpecifiedTests=false}, with
 * {@code -Dtest.argLine="-Ddms.data=FOLDER -Dstudy.train=FOLDER -Dstudy.csv=FILE -Dstudy.seeds=1,2,3"}: the folder of
 * networks and data sets, one with CIFAR-10's training set, where lines are added to.
 */
class ImportanceStudy {
    @Test
    void all_criteria() throws IOException {
        Path data = Study.data();
        SourceNetwork network =
                SourceNetwork.read(data.resolve("networks/resnet20_cifar10.onnx"), ImportOptions.DEFAULT);
        LabelledImages training = Datasets.open(Study.training(data), Datasets.Part.TRAIN, 32, 32);
        LabelledImages test = Datasets.open(data.resolve("cifar10"), Datasets.Part.TEST, 32, 32);
        Study.line("criterion,seed,level,order_only,calibrated,images,seconds");
        int images = Integer.getInteger("study.accuracy", 2000);
        String all = String.join(",", Criteria.names());
        for (String seed : System.getProperty("study.seeds", "1,2,3").split(",", -1)) {
            for (String criterion : System.getProperty("study.criteria", all).split(",", -1)) {
                CompileOptions options = CompileOptions.DEFAULT
                        .withCriterion(criterion)
                        .withSeed(Long.parseLong(seed))
                        .withPreprocessing(Preprocessing.IMAGENET)
                        .withCalibrationImages(Integer.getInteger("study.calibration", 1000))
                        .withAccuracyImages(images);
                long start = System.nanoTime();
                CompileReport report = new Compiler(new CpuBackend(), CompileListener.SILENT)
                        .compile(network, options, training, test)
                        .report();
                double seconds = (System.nanoTime() - start) / 1e9;
                for (CompileReport.Level level : report.levels()) {
                    Study.line(String.format(
                            Locale.ROOT,
                            "%s,%s,%s,%.4f,%.4f,%d,%.1f",
                            criterion,
                            seed,
                            level.name(),
                            top1(level.orderOnly()),
                            top1(level.calibrated()),
                            images,
                            seconds));
                }
            }
        }
    }

    private static double top1(@Nullable Accuracy accuracy) {
        return Objects.requireNonNull(accuracy).top1();
    }
}
