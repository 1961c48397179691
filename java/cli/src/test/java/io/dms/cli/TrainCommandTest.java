package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.ScalableModelFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
    @TempDir
    Path folder;

    private Path images(int classes) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        Path root = folder.resolve("images" + classes);
        for (int c = 0; c < classes; c++) {
            Path of = Files.createDirectories(root.resolve("class" + c));
            for (int i = 0; i < 4; i++) {
                BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
                for (int p = 0; p < 1024; p++) {
                    image.setRGB(p % 32, p / 32, random.nextInt(1 << 24));
                }
                ImageIO.write(image, "png", of.resolve(i + ".png").toFile());
            }
        }
        return root;
    }

    @Test
    void trains_the_bundled_model_and_writes_a_model_and_a_log() throws IOException {
        Path target = folder.resolve("tuned.dms.onnx");
        Path log = folder.resolve("log.csv");
        Path page = folder.resolve("curve.html");
        Ran ran = Ran.dms(
                "train",
                "--data",
                images(10).toString(),
                "--epochs",
                "1",
                "--batch",
                "20",
                "--threads",
                "1",
                "-o",
                target.toString(),
                "--csv",
                log.toString(),
                "--html",
                page.toString());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("wrote " + target, "top-1 0.25", "order only", "calibrated", "tuned");
        assertThat(Files.readString(page))
                .contains("Three stages", "learning rate", "canvas")
                .doesNotContain("{{");
        assertThat(ran.err()).contains("there is no test set");
        assertThat(ScalableModelFile.read(target).provenance()).containsKey("training");
        assertThat(Files.readAllLines(log)).hasSize(5).first().isEqualTo("epoch,learning_rate,level,loss,top1,seconds");
        assertThat(folder.resolve("tuned.dms.onnx.checkpoint")).doesNotExist();
    }

    @Test
    void one_width_is_trained_alone_and_becomes_a_network_of_its_own_size() throws IOException {
        Path target = folder.resolve("half.dms.onnx");
        Ran ran = Ran.dms(
                "train",
                "--data",
                images(10).toString(),
                "--only",
                "0.5",
                "--epochs",
                "1",
                "--batch",
                "20",
                "--threads",
                "1",
                "-o",
                target.toString());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("top-1 0.50").doesNotContain("top-1 1.00", "top-1 0.25");
        assertThat(ScalableModelFile.read(target).levels()).hasSize(1);
        assertThat(ScalableModelFile.read(target).provenance().get("training")).contains("alone");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_full_disk_costs_the_log_but_not_the_training() throws IOException {
        Path target = folder.resolve("tuned.dms.onnx");
        Ran ran = Ran.dms(shortTraining(target, "--csv", "/dev/full", "--html", "/dev/full"));
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.err()).contains("can't write /dev/full", "the training goes on");
        assertThat(ScalableModelFile.read(target).provenance()).containsKey("training");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_model_that_finds_no_room_is_written_by_the_same_command_later_without_training_again() throws IOException {
        Path state = folder.resolve("state");
        String[] keep = {"--checkpoint", state.toString()};
        Ran full = Ran.dms(shortTraining(Path.of("/dev/full"), keep));
        assertThat(full.status()).isEqualTo(Exit.ENVIRONMENT);
        assertThat(full.err()).contains("can't write /dev/full", "100 % of 2 steps");
        assertThat(state).exists();
        Path target = folder.resolve("tuned.dms.onnx");
        Ran again = Ran.dms(shortTraining(target, keep));
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.err()).doesNotContain("100 % of 2 steps");
        assertThat(ScalableModelFile.read(target).provenance()).containsKey("training");
        assertThat(state).doesNotExist();
    }

    private String[] shortTraining(Path target, String... more) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("train", "--data", images(10).toString(), "--epochs", "1"));
        words.addAll(List.of("--batch", "20", "--threads", "1", "-o", target.toString()));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    @Test
    void data_with_another_number_of_classes_is_refused() throws IOException {
        Ran ran = Ran.dms(
                "train",
                "--data",
                images(3).toString(),
                "-o",
                folder.resolve("t").toString());
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("3 classes");
    }

    @Test
    void a_missing_folder_and_a_model_of_one_level_are_refused() {
        assertThat(Ran.dms("train", "--data", folder.resolve("none").toString()).status())
                .isEqualTo(2);
        assertThat(Ran.dms("train").status()).isEqualTo(2);
        Path plain = ModelFiles.ordinary(folder);
        Ran ran = Ran.dms("train", plain.toString(), "--data", folder.toString());
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("one level");
    }
}
