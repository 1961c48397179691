package io.dms.backend.cudnn.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Elements come where they belong, in every format, and nothing else is touched. */
class MovesTest {
    private static Bridge bridge;

    @BeforeAll
    static void load() {
        bridge = HostBridge.require();
    }

    @Test
    void between_layouts_types_and_ranges_of_channels() {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            int n = 1 + random.nextInt(3);
            int c = random.nextBoolean() ? 8 * (1 + random.nextInt(3)) : 1 + random.nextInt(40);
            int hw = random.nextBoolean() ? 8 * (1 + random.nextInt(3)) : 1 + random.nextInt(40);
            Image x = Image.random(random, n, c, 1, hw).fill(random);
            Image y = Image.random(random, n, c, 1, hw);
            bridge.images().convert(x.layout(), x.address(), y.layout(), y.address(), 0);
            y.check("seed " + seed + " from " + x, (at, k, row, column) -> stored(y, x.get(at, k, row, column)));
        }
    }

    /** Copies lose nothing but the rounding to half precision. */
    private static double stored(Image y, float v) {
        return Image.half(y.format) == 1 ? Block.decode(Block.encode(v)) : v;
    }

    /** One channel of n pixels. */
    private static Layout line(int format, int n) {
        return new Layout(format, 1, 1, 1, 1, n);
    }

    @Test
    void every_half_becomes_its_float_and_comes_back() {
        int n = 1 << 16;
        Block halves = new Block(2L * n);
        Block floats = new Block(4L * n);
        Block back = new Block(2L * n);
        for (int i = 0; i < n; i++) {
            halves.bytes().putShort(2 * i, (short) i);
        }
        bridge.images()
                .convert(line(Layout.NCHW_F16, n), halves.address(), line(Layout.NCHW_F32, n), floats.address(), 0);
        bridge.images()
                .convert(line(Layout.NCHW_F32, n), floats.address(), line(Layout.NCHW_F16, n), back.address(), 0);
        for (int i = 0; i < n; i++) {
            float v = Block.decode((short) i);
            assertThat(Float.compare(floats.get(0, i), v)).as("%04x", i).isZero();
            if (!Float.isNaN(v)) {
                assertThat(back.bytes().getShort(2 * i)).isEqualTo((short) i);
            } else {
                assertThat(Float.isNaN(back.get(1, i))).isTrue();
            }
        }
    }

    @Test
    void floats_become_the_nearest_half() {
        Random random = new Random(5);
        int n = 200_000;
        Block floats = new Block(4L * n);
        Block halves = new Block(2L * n);
        for (int i = 0; i < n; i++) {
            // Around every exponent that matters, and exact ties between two halves.
            float v = Math.scalb(1 + random.nextFloat(), random.nextInt(46) - 28);
            if (i % 3 == 0) {
                v = Float.intBitsToFloat(Float.floatToRawIntBits(v) & 0xfffff000);
            }
            floats.put(0, i, random.nextBoolean() ? v : -v);
        }
        bridge.images()
                .convert(line(Layout.NCHW_F32, n), floats.address(), line(Layout.NCHW_F16, n), halves.address(), 0);
        for (int i = 0; i < n; i++) {
            assertThat(halves.bytes().getShort(2 * i))
                    .as("%s", floats.get(0, i))
                    .isEqualTo(Block.encode(floats.get(0, i)));
        }
    }

    @Test
    void channels_are_dealt_out() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int groups = 1 + random.nextInt(4);
            int c = groups * (1 + random.nextInt(5));
            Image x = Image.random(random, 2, c, 3, 4).fill(random);
            Image y = Image.random(random, 2, c, 3, 4);
            bridge.images().shuffle(x.layout(), x.address(), y.layout(), y.address(), groups, 0);
            y.check(
                    "seed " + seed,
                    (at, k, row, column) -> x.get(at, k % groups * (c / groups) + k / groups, row, column));
        }
    }

    @Test
    void padding_and_cutting() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            int h = 1 + random.nextInt(6);
            int w = 1 + random.nextInt(6);
            int outH = 1 + random.nextInt(9);
            int outW = 1 + random.nextInt(9);
            int top = random.nextInt(7) - 3;
            int left = random.nextInt(7) - 3;
            Image x = Image.random(random, 2, 3, h, w).fill(random);
            Image y = Image.random(random, 2, 3, outH, outW);
            bridge.images().pad(x.layout(), x.address(), y.layout(), y.address(), top, left, 0.5f, 0);
            y.check("seed " + seed, (at, k, row, column) -> {
                int p = row - top;
                int q = column - left;
                return p >= 0 && p < h && q >= 0 && q < w ? x.get(at, k, p, q) : 0.5;
            });
        }
    }

    @Test
    void resizing_by_tables() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            int h = 1 + random.nextInt(6);
            int w = 1 + random.nextInt(6);
            int outH = 1 + random.nextInt(9);
            int outW = 1 + random.nextInt(9);
            int taps = 1 + random.nextInt(4);
            int[] rows = random.ints((long) outH * taps, 0, h).toArray();
            int[] columns = random.ints((long) outW * taps, 0, w).toArray();
            float[] rowWeights = new float[outH * taps];
            float[] columnWeights = new float[outW * taps];
            for (int i = 0; i < rowWeights.length; i++) {
                rowWeights[i] = random.nextFloat() / taps;
            }
            for (int i = 0; i < columnWeights.length; i++) {
                columnWeights[i] = random.nextFloat() / taps;
            }
            Image x = Image.random(random, 2, 3, h, w).fill(random);
            Image y = Image.random(random, 2, 3, outH, outW);
            bridge.images()
                    .resize(
                            x.layout(),
                            x.address(),
                            y.layout(),
                            y.address(),
                            Block.ints(rows).address(),
                            Block.floats(rowWeights).address(),
                            taps,
                            Block.ints(columns).address(),
                            Block.floats(columnWeights).address(),
                            taps,
                            0);
            y.check("seed " + seed, (at, k, row, column) -> {
                double sum = 0;
                for (int i = 0; i < taps; i++) {
                    for (int j = 0; j < taps; j++) {
                        sum += (double) rowWeights[row * taps + i]
                                * columnWeights[column * taps + j]
                                * x.get(at, k, rows[row * taps + i], columns[column * taps + j]);
                    }
                }
                return sum;
            });
        }
    }

    @Test
    void strided_copies_of_any_rank() {
        Random random = new Random(3);
        Image x = new Image(Layout.NCHW_F32, 3, 0, 2, 3, 4, 5).fill(random);
        Image y = new Image(Layout.NCHW_F16, 5, 0, 4, 5, 3, 2);
        // A transpose [h, w, c, n] that reads the columns backwards.
        bridge.tensors()
                .copy(
                        4,
                        Block.longs(4, 5, 3, 2).address(),
                        x.address() + 4 * 4,
                        Tensors.F32,
                        Block.longs(5, -1, 20, 60).address(),
                        y.address(),
                        Tensors.F16,
                        Block.longs(30, 6, 2, 1).address(),
                        0);
        y.check("transpose", (a, b, c, d) -> stored(y, x.get(d, c, a, 4 - b)));
    }

    @Test
    void gathering_by_tables() {
        Random random = new Random(4);
        Image x = new Image(Layout.NCHW_F32, 3, 0, 2, 3, 4, 5).fill(random);
        Image y = new Image(Layout.NCHW_F32, 2, 0, 2, 2, 5, 3);
        int[][] tables = {{1, 0}, {2, -1}, {0, 3, 3, 1, 2}, {4, -1, 0}};
        Block flat = Block.ints(1, 0, 2, -1, 0, 3, 3, 1, 2, 4, -1, 0);
        bridge.tensors()
                .gather(
                        4,
                        Block.longs(2, 2, 5, 3).address(),
                        x.address(),
                        Block.longs(60, 20, 5, 1).address(),
                        flat.address(),
                        9,
                        y.address(),
                        Tensors.F32,
                        0);
        y.check(
                "gather",
                (a, b, c, d) -> tables[1][b] < 0 || tables[3][d] < 0
                        ? 9
                        : x.get(tables[0][a], tables[1][b], tables[2][c], tables[3][d]));
    }
}
