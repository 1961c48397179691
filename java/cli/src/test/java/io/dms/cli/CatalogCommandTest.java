package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.runtime.BundledModels;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.CatalogFile;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Variant;
import io.dms.serve.split.CutPoint;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dms catalog}, on a data set of made-up images and the bundled model. */
class CatalogCommandTest {
    private static final String TASKS = """
        schema: 1
        data: images
        accuracy_images: 20
        training_images: 40
        tasks:
          - id: objects
            input: camera
            contexts:
              - {name: two, classes: [c0, c3], share: 0.9}
            variants:
              - {kind: level, widths: [1, 0.5]}
              - {kind: specialised, widths: [0.5]}
              - {kind: remote, url: 'http://server:8000/v2/models/m', accuracy: 0.9, time: 20ms, dollars: 0.001,
                 fallback: resnet20-cifar10@1.00}
              - {kind: remote, cut: CUT, wire: FP16, url: 'grpc://server:8001', time: 20ms, served: rest}
          - id: half
            input: camera
            labels: {low: [c0, c1, c2, c3, c4], high: [c5, c6, c7, c8, c9]}
            variants:
              - {kind: shared, widths: [1]}
        """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static List<CutPoint> cuts() {
        return CutPoint.of(BundledModels.resnet20Cifar10().graph());
    }

    private static String cut() {
        return cuts().get(cuts().size() / 2).tensor();
    }

    private static long cutElements() {
        return cuts().get(cuts().size() / 2).elements();
    }

    private void images() throws IOException {
        Random random = new Random(1);
        for (int c = 0; c < 10; c++) {
            Path place = Files.createDirectories(folder.resolve("images").resolve("c" + c));
            for (int i = 0; i < 4; i++) {
                BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
                for (int p = 0; p < 32 * 32; p++) {
                    image.setRGB(p % 32, p / 32, 0x10101 * (c * 20 + random.nextInt(50)));
                }
                ImageIO.write(image, "png", place.resolve(i + ".png").toFile());
            }
        }
    }

    @Test
    void whatIsWrongInTheTasksIsSaidBeforeWhatIsWrongWithTheTarget() throws IOException {
        images();
        Path tasks = Files.writeString(
                folder.resolve("t.yaml"),
                "schema: 1\ndata: images\ntasks: [{id: a, variants: [{kind: network, model: none.onnx}]}]\n");
        Ran ran = Ran.dms("catalog", "build", tasks.toString(), "-o", "/no/such/folder/c.json");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("none.onnx").doesNotContain("/no/such/folder");
    }

    @Test
    void aCatalogThatCanNotBeMadeLeavesNoFolderOfParts() throws IOException {
        images();
        Path broken = Files.writeString(folder.resolve("broken.onnx"), "no network");
        Path whole = folder.resolve("whole.onnx");
        assertThat(Ran.dms("export", "--width", "0.25", "-o", whole.toString()).status())
                .isZero();
        Path tasks = Files.writeString(
                folder.resolve("t.yaml"),
                "schema: 1\ndata: images\naccuracy_images: 5\ntasks: [{id: a, variants: [{kind: level, widths: [0.25]},"
                        + " {kind: network, model: whole.onnx}, {kind: low-rank, ranks: [0.5], model: "
                        + broken.getFileName()
                        + "}]}]\n");
        Ran ran = Ran.dms(
                "catalog",
                "build",
                tasks.toString(),
                "-o",
                folder.resolve("c.json").toString());
        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(folder.resolve("c.parts")).doesNotExist();
        assertThat(folder.resolve("c.json")).doesNotExist();
    }

    @Test
    void aCatalogIsBuiltShownAndDrawn() throws IOException {
        images();
        Path tasks = Files.writeString(folder.resolve("tasks.yaml"), TASKS.replace("CUT", cut()));
        Path file = folder.resolve("t.catalog.json");
        Ran built = Ran.dms("catalog", "build", tasks.toString(), "-o", file.toString(), "--keep-all");
        assertThat(built.err()).as(built.err()).doesNotContain("bug");
        assertThat(built.status()).isZero();
        Catalog catalog = CatalogFile.read(file);
        assertThat(catalog.variantsOf("objects"))
                .extracting(Variant::kind)
                .containsExactlyInAnyOrder(Kind.LEVEL, Kind.LEVEL, Kind.SPECIALISED, Kind.REMOTE, Kind.REMOTE);
        Variant split = catalog.variantsOf("objects").stream()
                .filter(v -> v.place() == Place.SPLIT)
                .findFirst()
                .orElseThrow();
        assertThat(split.accuracy().overall())
                .as("that of the level")
                .isEqualTo(Objects.requireNonNull(catalog.variant("objects/resnet20-cifar10@1.00"))
                        .accuracy()
                        .overall());
        assertThat(split.sentBytes()).isEqualTo(2 * cutElements());
        assertThat(Path.of(String.valueOf(split.implementation().get("rest")))).isRegularFile();
        Variant special = catalog.variantsOf("objects").stream()
                .filter(v -> v.kind() == Kind.SPECIALISED)
                .findFirst()
                .orElseThrow();
        assertThat(special.accuracy().overall()).isNull();
        assertThat(special.accuracy().contexts()).containsOnlyKeys("two");
        assertThat(special.fallback()).startsWith("objects/");
        assertThat(special.fallsThrough()).isBetween(0.0, 1.0);
        assertThat(special.memoryBytes()).isBetween(1L, 64L * 1024);
        long weights = catalog.fragments().stream()
                .filter(f -> f.id().startsWith("weights:"))
                .count();
        assertThat(weights).as("one set of weights for all levels").isEqualTo(1);
        assertThat(catalog.provenance().notes()).isNotEmpty();

        Path page = folder.resolve("t.html");
        Path csv = folder.resolve("t.csv");
        Ran shown = Ran.dms("catalog", "show", file.toString(), "--html", page.toString(), "--csv", csv.toString());
        assertThat(shown.status()).isZero();
        assertThat(shown.out()).contains("task objects, input camera", "trunk:", "context two");
        assertThat(Files.readString(page)).contains("Accuracy in context two").doesNotContain("{{");
        assertThat(Files.readAllLines(csv)).hasSize(1 + catalog.variants().size() + 3);
        String data = folder.resolve("images").toString();
        Ran run = Ran.dms(
                "schedule",
                "run",
                file.toString(),
                "--data",
                data,
                "--requests",
                "6",
                "--rate",
                "100",
                "--context",
                "two",
                "--tell-context",
                "--html",
                folder.resolve("r.html").toString(),
                "--csv",
                folder.resolve("r.csv").toString(),
                "--json",
                folder.resolve("r.json").toString());
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("scheduler  priced, 6 requests", "answered   6 in time, 0 late, refused none");
        assertThat(run.out()).contains("http://server:8000", "grpc://server:8001");
        JsonNode told = new ObjectMapper().readTree(folder.resolve("r.json").toFile());
        assertThat(told.path("answered").asInt()).isEqualTo(6);
        assertThat(told.path("servers")).hasSize(2);
        assertThat(told.path("servers").path(0).path("round_trip_ms").isNull()).isTrue();
        assertThat(told.path("notes").path(0).asText()).contains("can't be reached");
        assertThat(Files.readString(folder.resolve("r.html")))
                .contains("<canvas id=\"requests\"", "can't be reached")
                .doesNotContain("{{");
        assertThat(Files.readAllLines(folder.resolve("r.csv"))).hasSizeGreaterThan(1);
        Ran online = Ran.dms("schedule", "run", file.toString(), "--data", data, "--requests", "4", "--rate", "100");
        assertThat(online.status()).as(online.err()).isZero();
        assertThat(online.err())
                .as("the general variant, right on no made-up image, is nothing to build on")
                .contains("task objects is served without specialising by the on-line rule");
        Ran none = Ran.dms("schedule", "run", file.toString(), "--data", data, "--context", "three");
        assertThat(none.complaint()).contains("has no context three");
        Ran json = Ran.dms("catalog", "show", file.toString(), "--json", "-");
        assertThat(json.out()).startsWith("{").contains("\"schema\"");
    }

    @Test
    void badInputIsOneLine() throws IOException {
        Path tasks = Files.writeString(folder.resolve("tasks.yaml"), "schema: 1\ntasks: []\n");
        for (String[] args : new String[][] {
            {"catalog"},
            {"catalog", "build"},
            {"catalog", "build", folder.resolve("none.yaml").toString()},
            {"catalog", "build", tasks.toString()},
            {"catalog", "build", tasks.toString(), "-o", folder.toString()},
            {"catalog", "show", folder.resolve("none.json").toString()},
            {"catalog", "show", tasks.toString()},
            {
                "catalog",
                "build",
                tasks.toString(),
                "--data",
                folder.resolve("none").toString()
            },
        }) {
            Ran ran = Ran.dms(args);
            assertThat(ran.status()).as(String.join(" ", args)).isEqualTo(Exit.USER);
            assertThat(ran.err().strip().lines().count()).as(ran.err()).isEqualTo(1);
        }
    }
}
