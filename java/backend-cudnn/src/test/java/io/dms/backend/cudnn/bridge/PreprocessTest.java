package io.dms.backend.cudnn.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.Preprocessing;
import io.dms.runtime.ImageTensor;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Camera images become the tensor that Java's own way makes, or that the definition says. */
class PreprocessTest {
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

    private static Bridge bridge;

    @BeforeAll
    static void load() {
        bridge = HostBridge.require();
    }

    private static Block image(Random random, int bytes) {
        Block b = new Block(bytes);
        for (int i = 0; i < bytes; i++) {
            b.bytes().put(i, (byte) random.nextInt(256));
        }
        return b;
    }

    private static void run(
            Block image, long chroma, int pixels, int colours, int h, int w, int row, int chromaRow, Image y, int fit) {
        run(image, chroma, pixels, colours, h, w, row, chromaRow, y, fit, true);
    }

    private static void run(
            Block image,
            long chroma,
            int pixels,
            int colours,
            int h,
            int w,
            int row,
            int chromaRow,
            Image y,
            int fit,
            boolean normalised) {
        float[] f = new float[6];
        for (int c = 0; c < 3; c++) {
            f[c] = normalised ? 1 / (255 * DEVIATION[c]) : 1;
            f[3 + c] = normalised ? -MEAN[c] / DEVIATION[c] : 0;
        }
        Frame frame = new Frame(pixels, colours, h, w, row, chromaRow, fit, f[0], f[1], f[2], f[3], f[4], f[5]);
        bridge.images().preprocess(frame, image.address(), chroma, y.layout(), y.address(), 0);
    }

    @Test
    void bytes_of_colours_as_the_java_side_has_them() {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            int h = 1 + random.nextInt(30);
            int w = 1 + random.nextInt(30);
            int outH = random.nextInt(5) == 0 ? h : 1 + random.nextInt(30);
            int outW = random.nextInt(5) == 0 ? w : 1 + random.nextInt(30);
            int pixels = random.nextInt(4);
            int size = pixels >= Frame.RGBA ? 4 : 3;
            int row = size * w + random.nextInt(5);
            int fit = random.nextInt(2);
            Block image = image(random, h * row);
            Image y = Image.random(random, 1, 3 + (random.nextBoolean() ? 5 : 0), outH, outW);
            run(image, 0, pixels, 0, h, w, row, 0, y, fit);

            Block three = new Block(3L * h * w);
            for (int i = 0; i < h; i++) {
                for (int j = 0; j < 3 * w; j++) {
                    three.bytes().put(i * 3 * w + j, image.bytes().get(i * row + j / 3 * size + j % 3));
                }
            }
            ImageTensor java = new ImageTensor(
                    outH,
                    outW,
                    pixels % 2 == 0 ? ImageTensor.Order.RGB : ImageTensor.Order.BGR,
                    fit == Frame.STRETCH ? ImageTensor.Fit.STRETCH : ImageTensor.Fit.LETTERBOX,
                    new Preprocessing(MEAN, DEVIATION));
            FloatBuffer want = FloatBuffer.allocate(java.elements());
            java.put(three.bytes(), h, w, want);
            for (int c = 0; c < y.c; c++) {
                for (int i = 0; i < outH; i++) {
                    for (int j = 0; j < outW; j++) {
                        float v = c < 3 ? want.get((c * outH + i) * outW + j) : 0;
                        assertThat(y.get(0, c, i, j))
                                .as("seed %d [%d, %d, %d]", seed, c, i, j)
                                .isCloseTo(v, within(Image.half(y.format) == 1 ? 2e-3f : 2e-5f));
                    }
                }
            }
        }
    }

    /** A plane's value between its samples, which are step pixels apart, at a place in pixels. */
    private static double sample(Block b, int h, int w, int row, int first, int stride, double y, double x) {
        double p = Math.min(h - 1.0, Math.max(0, y));
        double q = Math.min(w - 1.0, Math.max(0, x));
        int i = (int) p;
        int j = (int) q;
        double sum = 0;
        for (int a = 0; a < 2; a++) {
            for (int c = 0; c < 2; c++) {
                double share = (a == 0 ? 1 - (p - i) : p - i) * (c == 0 ? 1 - (q - j) : q - j);
                int at = Math.min(h - 1, i + a) * row + first + Math.min(w - 1, j + c) * stride;
                sum += share * (b.bytes().get(at) & 255);
            }
        }
        return sum;
    }

    private static double clamp(double v) {
        return Math.min(255, Math.max(0, v));
    }

    @Test
    void camera_formats_by_the_definition_of_their_colours() {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            int h = 1 + random.nextInt(20);
            int w = 1 + random.nextInt(20);
            int pairs = (w + 1) / 2;
            int outH = random.nextBoolean() ? h : 1 + random.nextInt(20);
            int outW = random.nextBoolean() ? w : 1 + random.nextInt(20);
            boolean nv12 = random.nextBoolean();
            int colours = random.nextInt(4);
            int row = (nv12 ? w : 4 * pairs) + random.nextInt(4);
            int chromaRow = 2 * pairs + random.nextInt(4);
            Block image = image(random, h * row);
            Block chroma = image(random, (h + 1) / 2 * chromaRow);
            Image y = new Image(Layout.NHWC_F32, 3, 0, 1, 3, outH, outW);
            run(
                    image,
                    nv12 ? chroma.address() : 0,
                    nv12 ? Frame.NV12 : Frame.YUYV,
                    colours,
                    h,
                    w,
                    row,
                    chromaRow,
                    y,
                    Frame.STRETCH,
                    false);
            boolean full = colours == Frame.BT601_FULL || colours == Frame.BT709_FULL;
            double kr = colours >= Frame.BT709_LIMITED ? 0.2126 : 0.299;
            double kb = colours >= Frame.BT709_LIMITED ? 0.0722 : 0.114;
            for (int i = 0; i < outH; i++) {
                for (int j = 0; j < outW; j++) {
                    double cy = (i + 0.5) * h / outH;
                    double cx = (j + 0.5) * w / outW;
                    double l;
                    double u;
                    double v;
                    if (nv12) {
                        l = sample(image, h, w, row, 0, 1, cy - 0.5, cx - 0.5);
                        u = sample(chroma, (h + 1) / 2, pairs, chromaRow, 0, 2, cy / 2 - 0.5, cx / 2 - 0.5);
                        v = sample(chroma, (h + 1) / 2, pairs, chromaRow, 1, 2, cy / 2 - 0.5, cx / 2 - 0.5);
                    } else {
                        l = sample(image, h, w, row, 0, 2, cy - 0.5, cx - 0.5);
                        u = sample(image, h, pairs, row, 1, 4, cy - 0.5, cx / 2 - 0.5);
                        v = sample(image, h, pairs, row, 3, 4, cy - 0.5, cx / 2 - 0.5);
                    }
                    double luma = full ? l / 255 : (l - 16) / 219;
                    double pb = (u - 128) / (full ? 255 : 224);
                    double pr = (v - 128) / (full ? 255 : 224);
                    double red = luma + 2 * (1 - kr) * pr;
                    double blue = luma + 2 * (1 - kb) * pb;
                    double green = (luma - kr * red - kb * blue) / (1 - kr - kb);
                    assertThat((double) y.get(0, 0, i, j))
                            .as("red, seed %d", seed)
                            .isCloseTo(clamp(255 * red), within(2e-3));
                    assertThat((double) y.get(0, 1, i, j))
                            .as("green, seed %d", seed)
                            .isCloseTo(clamp(255 * green), within(2e-3));
                    assertThat((double) y.get(0, 2, i, j))
                            .as("blue, seed %d", seed)
                            .isCloseTo(clamp(255 * blue), within(2e-3));
                }
            }
        }
    }

    @Test
    void rows_that_are_too_short_are_refused() {
        Block image = new Block(64);
        Image y = new Image(Layout.NCHW_F32, 3, 0, 1, 3, 4, 4);
        assertThatThrownBy(() -> run(image, 0, Frame.RGB, 0, 4, 4, 11, 0, y, 0))
                .hasMessage("dms_preprocess: row_bytes is less than a row of the image has, but is 11");
        assertThatThrownBy(() -> run(image, 0, Frame.NV12, 0, 4, 4, 4, 4, y, 0))
                .hasMessage("dms_preprocess: chroma is null");
    }
}
