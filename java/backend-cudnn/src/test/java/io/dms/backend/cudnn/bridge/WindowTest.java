package io.dms.backend.cudnn.bridge;

import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Windows of any geometry against loops that read like the formula. */
class WindowTest {
    private static Bridge bridge;

    @BeforeAll
    static void load() {
        bridge = HostBridge.require();
    }

    /** A geometry whose result has at least one element; the padding behind may reach far. */
    private record Geometry(int kh, int kw, int sh, int sw, int top, int left, int dh, int dw, int outH, int outW) {
        static Geometry random(Random r, int h, int w) {
            int kh = 1 + r.nextInt(4);
            int kw = 1 + r.nextInt(4);
            int dh = 1 + r.nextInt(2);
            int dw = 1 + r.nextInt(2);
            int sh = 1 + r.nextInt(3);
            int sw = 1 + r.nextInt(3);
            int top = r.nextInt(kh);
            int left = r.nextInt(kw);
            return new Geometry(
                    kh, kw, sh, sw, top, left, dh, dw, 1 + r.nextInt((h + sh) / sh), 1 + r.nextInt((w + sw) / sw));
        }

        Window window() {
            return new Window(kh, kw, sh, sw, top, left, dh, dw);
        }

        int row(int y, int i) {
            return y * sh - top + i * dh;
        }

        int column(int x, int j) {
            return x * sw - left + j * dw;
        }
    }

    @Test
    void depthwise_convolutions() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int n = 1 + random.nextInt(2);
            int c = random.nextBoolean() ? 8 * (1 + random.nextInt(3)) : 1 + random.nextInt(11);
            int h = 1 + random.nextInt(9);
            int w = 1 + random.nextInt(9);
            Geometry g = Geometry.random(random, h, w);
            boolean alike = random.nextBoolean();
            int format = random.nextInt(4);
            Image x = Image.random(random, alike ? format : random.nextInt(4), n, c, h, w)
                    .fill(random);
            Image y = Image.random(random, alike ? format : random.nextInt(4), n, c, g.outH, g.outW);
            int type = alike ? Image.half(format) : random.nextInt(2);
            Block weights = new Block((type == 1 ? 2L : 4L) * g.kh * g.kw * c);
            for (int i = 0; i < g.kh * g.kw * c; i++) {
                weights.put(type, i, random.nextFloat() - 0.5f);
            }
            float[] bias = new float[c];
            for (int i = 0; i < c; i++) {
                bias[i] = random.nextFloat();
            }
            Block biases = Block.floats(bias);
            boolean biased = random.nextBoolean();
            bridge.images()
                    .depthwise(
                            x.layout(),
                            x.address(),
                            weights.address(),
                            type,
                            biased ? biases.address() : 0,
                            y.layout(),
                            y.address(),
                            g.window(),
                            new Activation(Activation.CLIP, 0, 6),
                            0);
            y.check("seed " + seed + " " + g, (at, k, row, column) -> {
                double sum = biased ? bias[k] : 0;
                for (int i = 0; i < g.kh; i++) {
                    for (int j = 0; j < g.kw; j++) {
                        int p = g.row(row, i);
                        int q = g.column(column, j);
                        if (p >= 0 && p < h && q >= 0 && q < w) {
                            sum += (double) x.get(at, k, p, q) * weights.get(type, (i * g.kw + j) * c + k);
                        }
                    }
                }
                return Math.min(6, Math.max(0, sum));
            });
        }
    }

    @Test
    void pools() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int n = 1 + random.nextInt(2);
            int c = 1 + random.nextInt(9);
            int h = 1 + random.nextInt(9);
            int w = 1 + random.nextInt(9);
            Geometry g = Geometry.random(random, h, w);
            Image x = Image.random(random, n, c, h, w).fill(random);
            Image y = Image.random(random, n, c, g.outH, g.outW);
            int kind = seed % 3;
            bridge.images().pool(kind, x.layout(), x.address(), y.layout(), y.address(), g.window(), 0);
            y.check("seed " + seed + " kind " + kind + " " + g, (at, k, row, column) -> {
                double sum = 0;
                double best = Double.NEGATIVE_INFINITY;
                int inside = 0;
                for (int i = 0; i < g.kh; i++) {
                    for (int j = 0; j < g.kw; j++) {
                        int p = g.row(row, i);
                        int q = g.column(column, j);
                        if (p >= 0 && p < h && q >= 0 && q < w) {
                            sum += x.get(at, k, p, q);
                            best = Math.max(best, x.get(at, k, p, q));
                            inside++;
                        }
                    }
                }
                return switch (kind) {
                    case Images.POOL_MAX -> best;
                    case Images.POOL_AVERAGE -> inside == 0 ? 0 : sum / inside;
                    default -> inside == 0 ? 0 : sum / (g.kh * g.kw);
                };
            });
        }
    }
}
