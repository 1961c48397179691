package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.dms.model.Preprocessing;
import io.dms.model.UserException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImageTensorTest {
    private static final Preprocessing PLAIN =
            new Preprocessing(new float[3], new float[] {1 / 255f, 1 / 255f, 1 / 255f});

    private static ByteBuffer image(int... bytes) {
        ByteBuffer b = ByteBuffer.allocateDirect(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            b.put(i, (byte) bytes[i]);
        }
        return b;
    }

    private static float[] floats(FloatBuffer b) {
        float[] f = new float[b.capacity()];
        b.get(0, f);
        return f;
    }

    @Test
    void normalisesEachChannelAndSeparatesPlanes() {
        ImageTensor t = new ImageTensor(1, 2, ImageTensor.Order.RGB, ImageTensor.Fit.STRETCH, Preprocessing.IMAGENET);
        FloatBuffer out = FloatBuffer.allocate(6);
        t.put(image(255, 0, 51, 0, 255, 102), 1, 2, out);
        float[] want = {
            (1 - 0.485f) / 0.229f, -0.485f / 0.229f,
            -0.456f / 0.224f, (1 - 0.456f) / 0.224f,
            (0.2f - 0.406f) / 0.225f, (0.4f - 0.406f) / 0.225f
        };
        assertThat(floats(out)).containsExactly(want, within(1e-5f));
    }

    @Test
    void bgrGivesTheSamePlanesAsRgb() {
        FloatBuffer rgb = FloatBuffer.allocate(12);
        FloatBuffer bgr = FloatBuffer.allocate(12);
        new ImageTensor(2, 2, ImageTensor.Order.RGB, ImageTensor.Fit.STRETCH, PLAIN)
                .put(image(1, 2, 3, 4, 5, 6, 7, 8, 9), 1, 3, rgb);
        new ImageTensor(2, 2, ImageTensor.Order.BGR, ImageTensor.Fit.STRETCH, PLAIN)
                .put(image(3, 2, 1, 6, 5, 4, 9, 8, 7), 1, 3, bgr);
        assertThat(floats(bgr)).isEqualTo(floats(rgb));
    }

    @Test
    void resizesLikeTheFormula() {
        Random random = new Random(1);
        int h = 5;
        int w = 7;
        int[] bytes = random.ints(3L * h * w, 0, 256).toArray();
        int height = 8;
        int width = 3;
        FloatBuffer out = FloatBuffer.allocate(3 * height * width);
        new ImageTensor(height, width, ImageTensor.Order.RGB, ImageTensor.Fit.STRETCH, PLAIN)
                .put(image(bytes), h, w, out);
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    double sy = Math.max(0, Math.min(h - 1, (y + 0.5) * h / height - 0.5));
                    double sx = Math.max(0, Math.min(w - 1, (x + 0.5) * w / width - 0.5));
                    double sum = 0;
                    for (int i = 0; i < h; i++) {
                        for (int j = 0; j < w; j++) {
                            double weight = Math.max(0, 1 - Math.abs(sy - i)) * Math.max(0, 1 - Math.abs(sx - j));
                            sum += weight * bytes[3 * (i * w + j) + c];
                        }
                    }
                    assertThat(out.get((c * height + y) * width + x)).isCloseTo((float) sum, within(1e-3f));
                }
            }
        }
    }

    @Test
    void letterboxKeepsTheAspectRatioAndLeavesZerosAround() {
        ImageTensor t = new ImageTensor(8, 8, ImageTensor.Order.RGB, ImageTensor.Fit.LETTERBOX, PLAIN);
        int[] white = new int[3 * 4 * 8];
        Arrays.fill(white, 255);
        FloatBuffer out = FloatBuffer.allocate(2 * t.elements());
        for (int i = 0; i < out.capacity(); i++) {
            out.put(i, 7);
        }
        t.put(image(white), 4, 8, 24, out, 1);
        assertThat(new int[] {t.top(), t.left(), t.rows(), t.columns()}).containsExactly(2, 0, 4, 8);
        for (int i = 0; i < t.elements(); i++) {
            int y = i / 8 % 8;
            assertThat(out.get(i)).as("the image before").isEqualTo(7);
            assertThat(out.get(t.elements() + i)).isCloseTo(y >= 2 && y < 6 ? 255 : 0, within(1e-3f));
        }
    }

    @Test
    void anImageHigherThanTheTensorHasZerosOnBothSides() {
        ImageTensor t = new ImageTensor(8, 8, ImageTensor.Order.RGB, ImageTensor.Fit.LETTERBOX, PLAIN);
        int[] white = new int[3 * 8 * 4];
        Arrays.fill(white, 255);
        FloatBuffer out = FloatBuffer.allocate(t.elements());
        for (int i = 0; i < out.capacity(); i++) {
            out.put(i, 7);
        }
        t.put(image(white), 8, 4, out);
        assertThat(new int[] {t.top(), t.left(), t.rows(), t.columns()}).containsExactly(0, 2, 8, 4);
        for (int i = 0; i < t.elements(); i++) {
            assertThat(out.get(i)).isCloseTo(i % 8 >= 2 && i % 8 < 6 ? 255 : 0, within(1e-3f));
        }
    }

    @Test
    void anImageOfAnotherSizeIsReadAsByANewTensor() {
        int[] bytes = new Random(2).ints(3L * 4 * 6, 0, 256).toArray();
        for (int[] other : new int[][] {{4, 3}, {2, 6}}) {
            ImageTensor used = new ImageTensor(3, 5, ImageTensor.Order.RGB, ImageTensor.Fit.STRETCH, PLAIN);
            FloatBuffer out = FloatBuffer.allocate(used.elements());
            used.put(image(bytes), 4, 6, out);
            used.put(image(bytes), other[0], other[1], out);
            FloatBuffer fresh = FloatBuffer.allocate(used.elements());
            new ImageTensor(3, 5, ImageTensor.Order.RGB, ImageTensor.Fit.STRETCH, PLAIN)
                    .put(image(bytes), other[0], other[1], fresh);
            assertThat(floats(out)).isEqualTo(floats(fresh));
        }
    }

    @Test
    void refusesAByteLessThanTheImageHasAndRowsThatOverlap() {
        ImageTensor t = new ImageTensor(2, 2, ImageTensor.Order.RGB, ImageTensor.Fit.STRETCH, PLAIN);
        FloatBuffer out = FloatBuffer.allocate(12);
        assertThatThrownBy(() -> t.put(image(1, 2, 3, 4, 5), 1, 2, out))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("needs 6 bytes");
        assertThatThrownBy(() -> t.put(image(new int[12]), 2, 2, 5, out, 0))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("rowBytes=5");
    }

    @Test
    void refusesBuffersThatAreTooSmall() {
        ImageTensor t = new ImageTensor(2, 2, ImageTensor.Order.RGB, ImageTensor.Fit.STRETCH, PLAIN);
        assertThatThrownBy(() -> t.put(image(1, 2, 3), 1, 2, FloatBuffer.allocate(12)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("needs 6 bytes");
        assertThatThrownBy(() -> t.put(image(1, 2, 3), 1, 1, FloatBuffer.allocate(11)))
                .isInstanceOf(UserException.class);
        assertThatThrownBy(() -> t.put(image(1, 2, 3), 0, 1, FloatBuffer.allocate(12)))
                .isInstanceOf(UserException.class);
    }

    @Test
    void aSecondImageOfTheSameSizeAllocatesNothing() {
        ImageTensor t = new ImageTensor(16, 16, ImageTensor.Order.BGR, ImageTensor.Fit.LETTERBOX, PLAIN);
        ByteBuffer image = ByteBuffer.allocateDirect(3 * 20 * 30);
        FloatBuffer out = FloatBuffer.allocate(t.elements());
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] allocated = new long[4];
        for (int round = 0; round < allocated.length; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 50; i++) {
                t.put(image, 20, 30, out);
            }
            allocated[round] = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(Arrays.stream(allocated).min().orElseThrow()).isZero();
    }
}
