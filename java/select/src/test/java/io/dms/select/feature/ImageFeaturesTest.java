package io.dms.select.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.dms.model.Preprocessing;
import io.dms.model.UserException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Features of images so plain that each can be told by hand. */
class ImageFeaturesTest {
    private static final int SIDE = 32;

    /** An image of one colour with a rectangle of another; ends exclusive. */
    private static byte[] rectangle(int ground, int colour, int left, int top, int right, int bottom) {
        byte[] out = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < out.length; i++) {
            int x = i % SIDE;
            int y = i % (SIDE * SIDE) / SIDE;
            boolean inside = x >= left && x < right && y >= top && y < bottom;
            int shift = 16 - 8 * (i / (SIDE * SIDE));
            out[i] = (byte) ((inside ? colour : ground) >> shift);
        }
        return out;
    }

    private static float[] features(byte[] rgb) {
        float[] out = new float[ImageFeatures.NAMES.size()];
        new ImageFeatures(SIDE, SIDE).compute(rgb, out);
        return out;
    }

    private static float value(float[] features, String name) {
        return features[ImageFeatures.NAMES.indexOf(name)];
    }

    @Test
    void thereAre29AndEachHasItsName() {
        assertThat(ImageFeatures.NAMES).hasSize(29).doesNotHaveDuplicates();
    }

    @Test
    void anImageOfOneGreyHasNothingButBrightness() {
        float[] f = features(rectangle(0x646464, 0, 0, 0, 0, 0));
        assertThat(value(f, "avg_brightness")).isEqualTo(100);
        assertThat(value(f, "brightness_rms")).isEqualTo(100);
        assertThat(value(f, "avg_perceived_brightness")).isCloseTo(100, within(1e-4f));
        assertThat(value(f, "perceived_brightness_rms")).isCloseTo(100, within(1e-4f));
        assertThat(value(f, "area_by_perim")).isEqualTo(SIDE / 4f);
        assertThat(value(f, "aspect_ratio")).isEqualTo(1);
        for (String name : ImageFeatures.NAMES) {
            if (!name.contains("brightness") && !name.startsWith("a")) {
                assertThat(value(f, name)).as(name).isZero();
            }
        }
    }

    @Test
    void aBrightRectangleOnBlackIsTheMainObject() {
        float[] f = features(rectangle(0, 0xffffff, 6, 10, 26, 20));
        assertThat(value(f, "area_by_perim")).isCloseTo(20 * 10 / 60f, within(1e-6f));
        assertThat(value(f, "aspect_ratio")).isEqualTo(2);
        assertThat(value(f, "avg_brightness")).isCloseTo(255 * 200f / 1024, within(1e-4f));
        assertThat(value(f, "brightness_rms")).isCloseTo((float) (255 * Math.sqrt(200.0 / 1024)), within(1e-4f));
        double share = 200.0 / 1024;
        assertThat(value(f, "contrast")).isCloseTo((float) (255 * Math.sqrt(share * (1 - share))), within(1e-4f));
        float lengths = 0;
        for (int k = 1; k <= 7; k++) {
            lengths += value(f, "edge_length" + k);
        }
        assertThat(lengths).isEqualTo(1);
        assertThat(value(f, "edge_length5")).as("an outline of some 56 pixels").isEqualTo(1);
    }

    @Test
    void dotsAreKeypointsAndStraightEdgesAreNone() {
        byte[] rgb = rectangle(0, 0xffffff, 0, 0, 8, SIDE);
        for (int c = 0; c < 3; c++) {
            for (int dot : new int[] {5 * SIDE + 14, 12 * SIDE + 20, 27 * SIDE + 28}) {
                rgb[c * SIDE * SIDE + dot] = 90;
            }
        }
        assertThat(value(features(rgb), "n_keypoints")).isEqualTo(3);
        for (int c = 0; c < 3; c++) {
            rgb[c * SIDE * SIDE + 5 * SIDE + 14] = Corners.THRESHOLD;
        }
        assertThat(value(features(rgb), "n_keypoints")).as("one dot too faint").isEqualTo(2);
    }

    @Test
    void aVerticalAndAHorizontalEdgeHaveTheirAngles() {
        float[] upright = features(rectangle(0, 0xffffff, 16, 0, SIDE, SIDE));
        assertThat(value(upright, "edge_angle1")).isEqualTo(1);
        assertThat(value(upright, "edge_length6")).as("32 pixels").isZero();
        assertThat(value(upright, "edge_length5")).isEqualTo(1);
        float[] lying = features(rectangle(0xffffff, 0, 0, 16, SIDE, SIDE));
        assertThat(value(lying, "edge_angle4")).isEqualTo(1);
        float[] left = features(rectangle(0xffffff, 0, 16, 0, SIDE, SIDE));
        assertThat(value(left, "edge_angle1"))
                .as("the same edge the other way around")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"ff0000, 1", "ffff00, 2", "00ff00, 3", "00ffff, 4", "0000ff, 5", "ff00ff, 6", "ff0010, 7"})
    void coloursFallIntoTheirHues(String colour, int bin) {
        float[] f = features(rectangle(0x808080, Integer.parseInt(colour, 16), 0, 0, 16, SIDE));
        for (int k = 1; k <= 7; k++) {
            assertThat(value(f, "hue" + k)).as("hue" + k).isEqualTo(k == bin ? 0.5f : 0);
        }
    }

    @Test
    void perceivedBrightnessWeighsGreenMost() {
        assertThat(value(features(rectangle(0x00ff00, 0, 0, 0, 0, 0)), "avg_perceived_brightness"))
                .isCloseTo((float) (255 * Math.sqrt(0.691)), within(1e-3f));
        assertThat(value(features(rectangle(0x0000ff, 0, 0, 0, 0, 0)), "avg_perceived_brightness"))
                .isCloseTo((float) (255 * Math.sqrt(0.068)), within(1e-3f));
    }

    @ParameterizedTest
    @CsvSource({"32, 32", "224, 224", "400, 300"})
    void whatANetworkReadsGivesTheSameFeaturesAsItsBytes(int width, int height) {
        byte[] rgb = Picture.of(width, height, 3);
        Preprocessing p = Preprocessing.IMAGENET;
        FloatBuffer tensor = FloatBuffer.allocate(rgb.length);
        for (int i = 0; i < rgb.length; i++) {
            int c = i / (width * height);
            tensor.put(i, ((rgb[i] & 0xff) / 255f - p.mean()[c]) / p.std()[c]);
        }
        ImageFeatures features = new ImageFeatures(width, height);
        float[] ofBytes = new float[29];
        float[] ofTensor = new float[29];
        features.compute(rgb, ofBytes);
        features.compute(tensor, p, ofTensor);
        for (int f = 0; f < 29; f++) {
            // Averages that end in a half may round the other way.
            float slack = width == 32 ? 1e-4f : 0.02f * Math.max(2, Math.abs(ofBytes[f])) + (f == 0 ? 3 : 0);
            assertThat(ofTensor[f]).as(ImageFeatures.NAMES.get(f)).isCloseTo(ofBytes[f], within(slack));
        }
    }

    @Test
    void anyNoiseGivesFiniteNumbersAndTheSameOnesAgain() {
        ImageFeatures features = new ImageFeatures(61, 33);
        float[] first = new float[29];
        float[] again = new float[29];
        float[] other = new float[29];
        byte[] rgb = new byte[3 * 61 * 33];
        for (int seed = 0; seed < 200; seed++) {
            new Random(seed).nextBytes(rgb);
            features.compute(rgb, first);
            byte[] next = new byte[rgb.length];
            new Random(-seed).nextBytes(next);
            features.compute(next, other);
            features.compute(rgb, again);
            assertThat(again).isEqualTo(first);
            for (float v : first) {
                assertThat(v).isFinite().isNotNegative();
            }
        }
    }

    @Test
    void anImageCostsNoAllocation() {
        ImageFeatures features = new ImageFeatures(64, 48);
        byte[] rgb = Picture.of(64, 48, 5);
        FloatBuffer tensor = ByteBuffer.allocateDirect(4 * rgb.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        float[] out = new float[29];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long me = Thread.currentThread().getId();
        long before = 0;
        for (int i = 0; i < 2_000; i++) {
            before = i == 1_000 ? threads.getThreadAllocatedBytes(me) : before;
            features.compute(rgb, out);
            features.compute(tensor, Preprocessing.IMAGENET, out);
        }
        assertThat(threads.getThreadAllocatedBytes(me) - before).isLessThan(1_000);
    }

    @Test
    void anImageTooSmallOrTooLargeIsRefused() {
        assertThatThrownBy(() -> new ImageFeatures(7, 100))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("at least 8x8");
        assertThatThrownBy(() -> new ImageFeatures(2000, 50))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("2000x50");
        assertThatThrownBy(() -> new ImageFeatures(30_000, 20_000)).hasMessageContaining("30000");
    }
}
