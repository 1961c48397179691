package io.dms.robotics.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.runtime.BundledModels;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SourcesTest {
    private static final long SECOND = 1_000_000_000;
    private static final long LONG = 20 * SECOND;

    @TempDir
    Path folder;

    private static SourceOptions options(@Nullable Path tools, int batch, boolean endless) {
        return Sources.options(BundledModels.resnet20Cifar10(), batch, 7, endless, tools);
    }

    private static List<Long> due(SyntheticSource source, AtomicLong clock, int frames) throws Exception {
        source.start(0);
        clock.set(100 * SECOND);
        List<Long> out = new ArrayList<>();
        Frame frame = new Frame();
        for (int i = 0; i < frames; i++) {
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            out.add(frame.scheduledNanos());
        }
        return out;
    }

    private static SyntheticSource synthetic(double rate, SyntheticSource.Arrivals arrivals, AtomicLong clock) {
        return new SyntheticSource(rate, arrivals, 4, options(null, 1, true), clock::get);
    }

    // ---- made-up frames ----

    @Test
    void syntheticFramesAreDueByTheScheduleHoweverLateTheyAreTaken() throws Exception {
        AtomicLong clock = new AtomicLong();
        List<Long> due = due(synthetic(10, SyntheticSource.Arrivals.EVEN, clock), clock, 5);
        assertThat(due).containsExactly(0L, SECOND / 10, SECOND / 5, 3 * SECOND / 10, 2 * SECOND / 5);
    }

    @Test
    void burstsAreDueTogetherAtTheSameMeanRate() throws Exception {
        AtomicLong clock = new AtomicLong();
        List<Long> due = due(synthetic(8, SyntheticSource.Arrivals.BURST, clock), clock, 9);
        assertThat(due.subList(0, 4)).containsOnly(0L);
        assertThat(due.subList(4, 8)).containsOnly(SECOND / 2);
        assertThat(due.get(8)).isEqualTo(SECOND);
    }

    @Test
    void randomArrivalsRepeatWithTheirSeedAndKeepTheRate() throws Exception {
        AtomicLong clock = new AtomicLong();
        List<Long> one = due(synthetic(100, SyntheticSource.Arrivals.POISSON, clock), clock, 5000);
        List<Long> other = due(synthetic(100, SyntheticSource.Arrivals.POISSON, clock), clock, 5000);
        assertThat(one).isEqualTo(other).isSorted();
        assertThat(one.get(4999) / 1e9).isBetween(45.0, 55.0);
    }

    @Test
    void framesThatAreDueAndNotTakenAreCounted() throws Exception {
        AtomicLong clock = new AtomicLong();
        SyntheticSource source = synthetic(10, SyntheticSource.Arrivals.EVEN, clock);
        source.start(0);
        assertThat(source.waiting(0)).isEqualTo(1);
        assertThat(source.waiting(SECOND / 2)).isEqualTo(6);
        clock.set(SECOND / 2);
        source.next(new Frame(), 0);
        assertThat(source.waiting(SECOND / 2)).isEqualTo(5);
        assertThat(source.waiting(Long.MAX_VALUE / 2)).isGreaterThan(1000);
    }

    // ---- folders ----

    private Path images(int count) throws IOException {
        Path sub = Files.createDirectories(folder.resolve("images"));
        for (int i = 0; i < count; i++) {
            BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 40 * 30; p++) {
                image.setRGB(p % 40, p / 40, 0xff0000 | i);
            }
            ImageIO.write(image, "png", sub.resolve("image" + i + ".png").toFile());
        }
        return sub;
    }

    @Test
    void aFolderGivesItsImagesOnceByName() throws Exception {
        try (FrameSource source = Sources.open("folder:" + images(3) + "@1000", options(null, 1, false))) {
            assertThat(source.describe()).contains("3 images", "1000 frames/s");
            source.start(System.nanoTime());
            Frame frame = new Frame();
            for (int i = 0; i < 3; i++) {
                assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
                assertThat(frame.index()).isEqualTo(i);
                // red is full: (1 - 0.485) / 0.229 by the normalisation of the bundled model
                assertThat(frame.input().get(0)).isCloseTo(2.2489f, org.assertj.core.data.Offset.offset(1e-3f));
            }
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.END);
        }
    }

    @Test
    void aFolderFillsABatchWithDifferentImagesAndBeginsAnewWhereItIsEndless() throws Exception {
        try (FrameSource source = Sources.open("folder:" + images(3) + "@1000", options(null, 2, true))) {
            source.start(System.nanoTime());
            Frame frame = new Frame();
            int blue = 2 * 32 * 32;
            List<Float> first = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
                FloatBuffer input = frame.input();
                assertThat(input.capacity()).isEqualTo(2 * 3 * 32 * 32);
                assertThat(input.get(blue)).isNotEqualTo(input.get(3 * 32 * 32 + blue));
                first.add(input.get(blue));
            }
            assertThat(first.get(3)).isEqualTo(first.get(0));
        }
    }

    @Test
    void aDamagedImageIsNamed() throws Exception {
        Path sub = images(1);
        Files.writeString(sub.resolve("a.png"), "no image");
        try (FrameSource source = Sources.open("folder:" + sub, options(null, 1, false))) {
            source.start(System.nanoTime());
            assertThatThrownBy(() -> source.next(new Frame(), LONG))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("a.png");
        }
    }

    // ---- programs that pipe frames ----

    private Path tool(String name, String script) throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        Path tool = Files.writeString(tools.resolve(name), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
        return tools;
    }

    private static final String TWO_FRAMES = "head -c 6144 /dev/zero\n";

    private Path video() throws IOException {
        return Files.writeString(folder.resolve("clip.mp4"), "not really");
    }

    @Test
    void aVideoComesThroughAProgramAtItsOwnRate() throws Exception {
        Path tools = tool("ffmpeg", TWO_FRAMES);
        tool("ffprobe", "echo 25/1\n");
        try (FrameSource source = Sources.open("video:" + video(), options(tools, 1, false))) {
            assertThat(source.framesPerSecond()).isEqualTo(25);
            source.start(System.nanoTime());
            Frame frame = new Frame();
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            long first = frame.scheduledNanos();
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            assertThat(frame.scheduledNanos() - first).isGreaterThanOrEqualTo(SECOND / 25 - 1);
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.END);
        }
    }

    @Test
    void whatTheProgramComplainsAboutIsPassedOn() throws Exception {
        Path tools = tool("ffmpeg", "echo 'moov atom not found' >&2; exit 1\n");
        try (FrameSource source = Sources.open("video:" + video() + "@30", options(tools, 1, false))) {
            source.start(System.nanoTime());
            assertThatThrownBy(() -> source.next(new Frame(), LONG))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("moov atom not found");
        }
    }

    @Test
    void aMissingProgramIsSaidWithHowToGetIt() {
        assertThatThrownBy(() -> ChildProcess.start(null, "sudo apt install it", List.of("no-such-program-here")))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("no-such-program-here")
                .hasMessageContaining("sudo apt install it");
    }

    @Test
    void closingKillsTheProgram() throws Exception {
        Path pid = folder.resolve("pid");
        Path tools = tool("ffmpeg", "echo $$ > " + pid + "\n" + TWO_FRAMES + "exec sleep 600\n");
        FrameSource source = Sources.open("video:" + video() + "@30", options(tools, 1, false));
        source.start(System.nanoTime());
        assertThat(source.next(new Frame(), LONG)).isEqualTo(FrameSource.Arrival.FRAME);
        ProcessHandle program =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        source.close();
        assertThat(program.isAlive()).isFalse();
        assertThat(source.next(new Frame(), LONG)).isEqualTo(FrameSource.Arrival.END);
    }

    @Test
    void aCameraKeepsTheNewestFrame() throws Exception {
        Path more = folder.resolve("more");
        Path tools = tool(
                "ffmpeg",
                "head -c 3072 /dev/zero; until [ -e " + more + " ]; do sleep 0.02; done\n"
                        + "head -c 58368 /dev/zero; exec sleep 600\n");
        try (FrameSource source = Sources.open("camera", options(tools, 1, true))) {
            assertThat(source.describe()).contains("newest");
            source.start(System.nanoTime());
            Frame frame = new Frame();
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            Files.createFile(more);
            while (source.replaced() + source.waiting(System.nanoTime()) < 19) {
                Thread.sleep(5);
            }
            assertThat(source.waiting(System.nanoTime())).isEqualTo(1);
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            assertThat(source.next(frame, 1000)).isEqualTo(FrameSource.Arrival.NONE);
        }
    }

    @Test
    void aCameraThatFallsSilentIsStartedAnewAndTheStreamGoesOn() throws Exception {
        Path count = folder.resolve("count");
        Path tools = tool("ffmpeg", "echo x >> " + count + "; head -c 3072 /dev/zero; exec sleep 600\n");
        SourceOptions o = options(tools, 1, true);
        SourceOptions impatient =
                new SourceOptions(1, 32, 32, 3072, o.preprocessing(), 1, true, Duration.ofMillis(100), tools);
        try (FrameSource source = Sources.open("camera:/dev/video9", impatient)) {
            source.start(System.nanoTime());
            Frame frame = new Frame();
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            assertThat(Files.readAllLines(count)).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void aCameraOnTheBoardComesThroughGstreamerWithPaddedRows() throws Exception {
        Path said = folder.resolve("said");
        Path tools = tool("gst-launch-1.0", "echo \"$@\" > " + said + "\nhead -c 3072 /dev/zero; exec sleep 600\n");
        try (FrameSource source = Sources.open("camera:csi1", options(tools, 1, true))) {
            source.start(System.nanoTime());
            assertThat(source.next(new Frame(), LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            assertThat(Files.readString(said)).contains("nvarguscamerasrc sensor-id=1", "format=RGB", "fdsink");
        }
    }

    @Test
    void aRealVideoIsReadByTheRealProgram() throws Exception {
        String data = System.getProperty("dms.data", System.getenv("DMS_DATA"));
        assumeTrue(data != null, "no data: set DMS_DATA");
        Path clip = Path.of(data, "video", "sequences", "oneperson.mp4");
        assumeTrue(Files.exists(clip), "no video in the data");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/ffmpeg")), "no ffmpeg: sudo apt install ffmpeg");
        try (FrameSource source = Sources.open("video:" + clip, options(null, 1, false))) {
            assertThat(source.framesPerSecond()).isBetween(10.0, 61.0);
            source.start(System.nanoTime());
            Frame frame = new Frame();
            for (int i = 0; i < 5; i++) {
                assertThat(source.next(frame, LONG)).isEqualTo(FrameSource.Arrival.FRAME);
            }
            float least = Float.MAX_VALUE;
            float most = -Float.MAX_VALUE;
            for (int i = 0; i < 3 * 32 * 32; i++) {
                least = Math.min(least, frame.input().get(i));
                most = Math.max(most, frame.input().get(i));
            }
            assertThat(most - least).as("contrast of a real picture").isGreaterThan(1);
        }
    }

    // ---- descriptions ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "webcam | there is no source",
                "synthetic:0 | rate",
                "synthetic:fast | rate",
                "synthetic:30,burst=0 | burst",
                "synthetic:30,often | burst",
                "folder:/no/such/folder | /no/such/folder",
                "video:/no/such/clip.mp4 | /no/such/clip.mp4",
                "video: | check the name",
                "camera:/dev/video99 | /dev/video99"
            })
    void aDescriptionThatMakesNoSenseIsRefusedInOneLine(String description, String named) {
        assertThatThrownBy(() -> Sources.open(description, options(null, 1, true)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(named)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aCameraCanNotFillABatch() {
        assertThatThrownBy(() -> Sources.open("camera", options(folder, 4, true)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--batch 1");
    }
}
