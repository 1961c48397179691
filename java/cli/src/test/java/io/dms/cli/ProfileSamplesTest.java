package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.ModelDigest;
import io.dms.runtime.BundledModels;
import io.dms.select.sample.Candidate;
import io.dms.select.sample.Samples;
import io.dms.select.sample.SamplesFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code dms profile --per-sample}, on made-up images of ten classes. */
class ProfileSamplesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @BeforeEach
    void images() throws IOException {
        Random random = new Random(1);
        for (int c = 0; c < 10; c++) {
            Path place = Files.createDirectories(folder.resolve("images").resolve("c" + c));
            BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 32 * 32; p++) {
                image.setRGB(p % 32, p / 32, 0x10101 * (c * 20 + random.nextInt(50)));
            }
            ImageIO.write(image, "png", place.resolve("0.png").toFile());
        }
    }

    private List<String> args(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "profile",
                "--per-sample",
                "--data",
                folder.resolve("images").toString(),
                "--threads",
                "1",
                "--warmup",
                "1ms",
                "-o",
                folder.resolve("s.npz").toString()));
        all.addAll(List.of(more));
        return all;
    }

    private static Ran run(List<String> args) {
        return Ran.dms(args.toArray(String[]::new));
    }

    @Test
    void everyLevelOfTheBundledModelAnswersEveryImage() {
        Ran ran = run(args());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("10 images, 4 candidates", "resnet20-cifar10@0.25", "wrote ");
        Samples s = SamplesFile.read(folder.resolve("s.npz"));
        assertThat(s.table().samples()).isEqualTo(10);
        assertThat(s.table().candidates()).extracting(Candidate::shares).containsOnly("resnet20-cifar10");
        assertThat(s.keys())
                .contains("penultimate/resnet20-cifar10@0.25")
                .doesNotContain("penultimate/resnet20-cifar10@1.00");
        assertThat(s.features(Samples.IMAGE).names()).hasSize(29).contains("contrast");
        assertThat(s.imageMillis()).isPositive();
        assertThat(s.origin().threads()).isEqualTo(1);
        assertThat(s.origin().versions()).containsKey("dms");
    }

    @Test
    void widthsOfOnesOwnAreLevelsOfTheSameModel() {
        Ran ran = run(args("--widths", "1,0.6", "--features", "all"));
        assertThat(ran.status()).as(ran.err()).isZero();
        Samples s = SamplesFile.read(folder.resolve("s.npz"));
        assertThat(s.table().candidates())
                .extracting(Candidate::id)
                .containsExactlyInAnyOrder("resnet20-cifar10@1.00", "resnet20-cifar10@0.60");
        assertThat(s.table().candidates())
                .extracting(Candidate::digest)
                .containsOnly(ModelDigest.of(BundledModels.resnet20Cifar10()));
        assertThat(s.embeddings()).hasSize(2);
    }

    @Test
    void levelsAndNetworksOfACatalogAreCandidatesUnderTheirIds() throws IOException {
        Path tasks = folder.resolve("t.yaml");
        Files.writeString(tasks, """
            schema: 1
            data: images
            accuracy_images: 10
            tasks:
              - id: objects
                variants:
                  - {kind: level, widths: [1, 0.5]}
            """);
        Path catalog = folder.resolve("t.catalog.json");
        Ran built = Ran.dms("catalog", "build", tasks.toString(), "-o", catalog.toString(), "--keep-all");
        assertThat(built.status()).as(built.err()).isZero();
        Ran ran = run(args("--catalog", catalog.toString(), "--features", "none", "--images", "3"));
        assertThat(ran.status()).as(ran.err()).isZero();
        Samples s = SamplesFile.read(folder.resolve("s.npz"));
        assertThat(s.table().samples()).isEqualTo(3);
        assertThat(s.table().candidates())
                .hasSize(2)
                .allSatisfy(c -> assertThat(c.id()).startsWith("objects/"));
        assertThat(s.embeddings()).isEmpty();
    }

    @Test
    void anInterruptedRunWritesNothing() {
        Console console = new Console(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), false);
        console.cancel();
        assertThat(Dms.run(console, args().toArray(String[]::new))).isEqualTo(130);
        assertThat(folder.resolve("s.npz")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--batch, 2, one image at a time",
        "--images, 0, at least one image",
        "--features, nobody, no candidate is called nobody",
        "--models, /no/such/file.onnx, there is no file",
        "--models, 'bundled,bundled', two models",
        "--catalog, /no/such/catalog.json, there is no catalog",
        "--data, /no/such/folder, /no/such/folder"
    })
    void anOptionThatMakesNoSense(String option, String value, String named) {
        List<String> args = args();
        if (args.contains(option)) {
            args.set(args.indexOf(option) + 1, value);
        } else {
            args.addAll(List.of(option, value));
        }
        Ran ran = run(args);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains(named);
    }

    @Test
    void whatGoesWithPerSampleAsksForItAndForImages() {
        assertThat(Ran.dms("profile", "--models", "bundled").complaint()).contains("go with --per-sample");
        assertThat(Ran.dms("profile", "--per-sample").complaint()).contains("add --data DIR");
    }
}
