package io.dms.compiler.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.compiler.data.Datasets.Part;
import io.dms.model.Preprocessing;
import io.dms.model.UserException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsTest {
    @TempDir
    Path folder;

    /** An image with a white left third, a red middle and a blue right third. */
    private void image(String name, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        Color[] colours = {Color.WHITE, Color.RED, Color.BLUE};
        for (int i = 0; i < 3; i++) {
            g.setColor(colours[i]);
            g.fillRect(i * width / 3, 0, width / 3, height);
        }
        g.dispose();
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
    }

    @Test
    void class_folders_give_labels_in_the_order_of_their_names() throws IOException {
        image("dog/b.png", 9, 9);
        image("dog/a.png", 9, 9);
        image("cat/c.png", 9, 9);
        Files.createDirectories(folder.resolve("empty"));

        LabelledImages set = Datasets.open(folder, Part.TEST, 9, 9);

        assertThat(set.classNames()).containsExactly("cat", "dog");
        assertThat(set.size()).isEqualTo(3);
        assertThat(set.label(0)).isZero();
        assertThat(set.label(2)).isEqualTo(1);
    }

    @Test
    void a_flat_folder_has_no_labels() throws IOException {
        image("a.png", 9, 9);
        LabelledImages set = Datasets.open(folder, Part.TRAIN, 9, 9);
        assertThat(set.labelled()).isFalse();
        assertThat(set.label(0)).isEqualTo(-1);
    }

    @Test
    void an_image_is_fitted_to_its_shorter_side_and_cropped_at_its_centre() throws IOException {
        image("a.png", 90, 30);
        LabelledImages set = Datasets.open(folder, Part.TRAIN, 10, 10);
        byte[] rgb = new byte[300];
        set.rgb(0, rgb);
        for (int p = 0; p < 100; p++) {
            if (p % 10 > 0 && p % 10 < 9) {
                assertThat(rgb[p]).as("red of pixel %d", p).isEqualTo((byte) 255);
                assertThat(rgb[100 + p]).as("green of pixel %d", p).isZero();
                assertThat(rgb[200 + p]).as("blue of pixel %d", p).isZero();
            }
        }
    }

    @Test
    void the_part_asked_for_is_preferred() throws IOException {
        image("train/x/a.png", 9, 9);
        image("val/x/a.png", 9, 9);
        image("val/x/b.png", 9, 9);
        assertThat(Datasets.open(folder, Part.TRAIN, 9, 9).size()).isEqualTo(1);
        assertThat(Datasets.open(folder, Part.TEST, 9, 9).size()).isEqualTo(2);
    }

    @Test
    void a_folder_without_images_says_what_was_expected() {
        assertThatThrownBy(() -> Datasets.open(folder, Part.TEST, 32, 32))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("test_batch.bin")
                .hasMessageContaining("folder of images");
        assertThatThrownBy(() -> Datasets.open(folder.resolve("nowhere"), Part.TEST, 32, 32))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("nowhere");
    }

    @Test
    void images_of_the_wrong_size_are_refused() throws IOException {
        Files.write(folder.resolve("test_batch.bin"), new byte[3073]);
        assertThat(Datasets.open(folder, Part.TEST, 32, 32).size()).isEqualTo(1);
        assertThatThrownBy(() -> Datasets.open(folder, Part.TEST, 224, 224))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("32x32")
                .hasMessageContaining("224x224");
    }

    @Test
    void a_damaged_image_is_named() throws IOException {
        Files.write(folder.resolve("a.jpg"), new byte[] {1, 2, 3});
        LabelledImages set = Datasets.open(folder, Part.TEST, 8, 8);
        assertThatThrownBy(() -> set.rgb(0, new byte[192]))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.jpg");
    }

    @Test
    void a_sample_is_seeded_and_repeats_no_image() throws IOException {
        Files.write(folder.resolve("test_batch.bin"), new byte[3073 * 50]);
        LabelledImages set = Datasets.open(folder, Part.TEST, 32, 32);
        int[] drawn = ImageSample.draw(set, 30, 7, Preprocessing.IMAGENET).indices();
        assertThat(drawn)
                .hasSize(30)
                .doesNotHaveDuplicates()
                .isEqualTo(ImageSample.draw(set, 30, 7, Preprocessing.IMAGENET).indices())
                .isNotEqualTo(
                        ImageSample.draw(set, 30, 8, Preprocessing.IMAGENET).indices());
        assertThat(ImageSample.draw(set, 99, 7, Preprocessing.IMAGENET).size()).isEqualTo(50);
    }
}
