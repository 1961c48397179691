package io.dms.backend.cudnn.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Scale, bias, residual and activations in every format; sums and products of two tensors. */
class EpilogueTest {
    private static Bridge bridge;

    @BeforeAll
    static void load() {
        bridge = HostBridge.require();
    }

    static double activate(int kind, double p, double q, double slope, double x) {
        return switch (kind) {
            case Activation.RELU -> x < 0 ? p * x : x;
            case Activation.CLIP -> Math.min(Math.max(x, p), q);
            case Activation.SIGMOID -> 1 / (1 + Math.exp(-x));
            case Activation.TANH -> Math.tanh(x);
            case Activation.HARD_SIGMOID -> Math.min(Math.max(p * x + q, 0), 1);
            case Activation.HARD_SWISH -> x * Math.min(Math.max(p * x + q, 0), 1);
            case Activation.SILU -> x / (1 + Math.exp(-x));
            case Activation.LINEAR -> p * x + q;
            case Activation.POWER -> p * Math.pow(x, q);
            case Activation.ELU -> x < 0 ? p * (Math.exp(x) - 1) : x;
            case Activation.EXP -> Math.exp(x);
            case Activation.SQRT -> Math.sqrt(x);
            case Activation.ABS -> Math.abs(x);
            case Activation.PRELU -> x < 0 ? slope * x : x;
            default -> x;
        };
    }

    private static float[] random(Random random, int n, float low, float high) {
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            v[i] = low + random.nextFloat() * (high - low);
        }
        return v;
    }

    private static @Nullable Block maybe(Random random, float[] values) {
        return random.nextBoolean() ? Block.floats(values) : null;
    }

    private static long address(@Nullable Block b) {
        return b == null ? 0 : b.address();
    }

    @Test
    void any_chain_in_any_formats() {
        for (int seed = 0; seed < 600; seed++) {
            Random random = new Random(seed);
            int n = 1 + random.nextInt(3);
            int c = random.nextBoolean() ? 8 * (1 + random.nextInt(4)) : 1 + random.nextInt(19);
            int hw = random.nextBoolean() ? 8 * (1 + random.nextInt(4)) : 1 + random.nextInt(19);
            int one = random.nextInt(4);
            boolean alike = random.nextBoolean();
            Image x = Image.random(random, alike ? one : random.nextInt(4), n, c, 1, hw)
                    .fill(random);
            Image r = random.nextBoolean()
                    ? Image.random(random, alike ? one : random.nextInt(4), n, c, 1, hw)
                            .fill(random)
                    : null;
            Image y = Image.random(random, alike ? one : random.nextInt(4), n, c, 1, hw);
            float[] scale = random(random, c, 0.5f, 2);
            float[] bias = random(random, c, -1, 1);
            float[] slopes = random(random, c, 0, 1);
            Block scales = maybe(random, scale);
            Block biases = maybe(random, bias);
            Block slope = Block.floats(slopes);
            int first = seed % 15;
            int second = random.nextInt(3) == 0 ? random.nextInt(6) : 0;
            // A power of a negative number and a large one of any number say little of the kernel.
            float p1 = first == Activation.CLIP ? -1 : random.nextFloat();
            float q1 = first == Activation.POWER ? 2 : 1 + random.nextFloat();
            float p2 = second == Activation.CLIP ? 0 : random.nextFloat();
            float q2 = 1 + random.nextFloat();
            boolean over = random.nextInt(4) == 0;
            Image result = over ? x : y;
            float[] before = new float[n * c * hw];
            for (int i = 0; i < before.length; i++) {
                before[i] = x.block.get(Image.half(x.format), x.index(i));
            }
            bridge.images()
                    .epilogue(
                            x.layout(),
                            x.address(),
                            r == null ? x.layout() : r.layout(),
                            r == null ? 0 : r.address(),
                            result.layout(),
                            result.address(),
                            address(scales),
                            address(biases),
                            slope.address(),
                            new Activation(first, p1, q1),
                            new Activation(second, p2, q2),
                            0);
            result.check("seed " + seed + " activations " + first + " " + second, (at, k, row, column) -> {
                double v = before[(at * c + k) * hw + column];
                v = scales == null ? v : (float) (v * scale[k]);
                v = biases == null ? v : (float) (v + bias[k]);
                v = activate(first, p1, q1, slopes[k], v);
                v += r == null ? 0 : r.get(at, k, row, column);
                return activate(second, p2, q2, slopes[k], v);
            });
        }
    }

    @Test
    void sums_and_products_with_broadcasting() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int n = 1 + random.nextInt(3);
            int c = 1 + random.nextInt(9);
            int h = 1 + random.nextInt(6);
            int w = 1 + random.nextInt(6);
            int axes = random.nextInt(16);
            int kind = random.nextInt(6);
            Image a = Image.random(random, n, c, h, w).fill(random);
            Image b = Image.random(
                            random,
                            (axes & 1) == 0 ? 1 : n,
                            (axes & 2) == 0 ? 1 : c,
                            (axes & 4) == 0 ? 1 : h,
                            (axes & 8) == 0 ? 1 : w)
                    .fill(random);
            Image y = Image.random(random, n, c, h, w);
            bridge.images()
                    .binary(
                            kind,
                            a.layout(),
                            a.address(),
                            b.layout(),
                            b.address(),
                            axes,
                            y.layout(),
                            y.address(),
                            new Activation(Activation.CLIP, -30, 30),
                            0);
            y.check("seed " + seed, (at, k, row, column) -> {
                float p = a.get(at, k, row, column);
                float q = b.get(
                        (axes & 1) == 0 ? 0 : at,
                        (axes & 2) == 0 ? 0 : k,
                        (axes & 4) == 0 ? 0 : row,
                        (axes & 8) == 0 ? 0 : column);
                return Math.min(30, Math.max(-30, combine(kind, p, q)));
            });
        }
    }

    private static float combine(int kind, float a, float b) {
        return switch (kind) {
            case Images.ADD -> a + b;
            case Images.SUB -> a - b;
            case Images.MUL -> a * b;
            case Images.DIV -> a / b;
            case Images.SUB_FROM -> b - a;
            default -> b / a;
        };
    }

    @Test
    void tensors_of_any_rank() {
        Random random = new Random(7);
        Image a = new Image(Layout.NCHW_F32, 3, 0, 2, 3, 4, 5).fill(random);
        Block b = Block.floats(random(random, 3 * 5, 1, 2));
        Image y = new Image(Layout.NCHW_F32, 3, 0, 2, 3, 4, 5);
        bridge.tensors()
                .binary(
                        Images.DIV,
                        4,
                        Block.longs(2, 3, 4, 5).address(),
                        a.address(),
                        Block.longs(60, 20, 5, 1).address(),
                        b.address(),
                        Block.longs(0, 5, 0, 1).address(),
                        y.address(),
                        Tensors.F32,
                        0);
        y.check("nd", (at, k, row, column) -> a.get(at, k, row, column) / b.get(0, k * 5 + column));
    }

    @Test
    void wrong_arguments_are_named() {
        long at = new Image(0, 4, 0, 1, 4, 1, 4).address();
        Layout fits = new Layout(Layout.NCHW_F32, 4, 1, 4, 1, 4);
        Layout narrow = new Layout(Layout.NCHW_F32, 3, 1, 4, 1, 4);
        Layout unknown = new Layout(4, 4, 1, 4, 1, 4);
        Layout huge = new Layout(Layout.NCHW_F32, 64, 1 << 20, 64, 64, 64);
        Activation none = Activation.IDENTITY;
        Activation slopes = new Activation(Activation.PRELU, 0, 0);
        Images images = bridge.images();
        assertThatThrownBy(() -> images.epilogue(narrow, at, fits, 0, fits, at, 0, 0, 0, none, none, 0))
                .hasMessage("dms_epilogue: the pitch of x is 3, less than its 4 channels");
        assertThatThrownBy(() -> images.epilogue(fits, at, fits, 0, fits, at, 0, 0, 0, slopes, none, 0))
                .hasMessage("dms_epilogue: slopes is null");
        assertThatThrownBy(() -> images.convert(unknown, at, fits, at, 0))
                .hasMessage("dms_convert: format must lie in 0..3, but is 4");
        assertThatThrownBy(() -> images.convert(fits, 0, fits, at, 0)).hasMessage("dms_convert: x is null");
        assertThatThrownBy(() -> images.convert(huge, at, huge, at, 0))
                .isInstanceOfSatisfying(
                        BridgeException.class, e -> assertThat(e.status()).isEqualTo(BridgeException.UNSUPPORTED))
                .hasMessageContaining("2147483647 is the limit");
    }
}
