package io.dms.backend.cudnn.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Results that come of many elements: reductions, softmax, response normalisation, the largest of a row. */
class RowsTest {
    private static Bridge bridge;

    @BeforeAll
    static void load() {
        bridge = HostBridge.require();
    }

    private static Block random(Random random, int type, int n) {
        Block b = new Block((type == 1 ? 2L : 4L) * n);
        for (int i = 0; i < n; i++) {
            b.put(type, i, random.nextFloat() * 8 - 4);
        }
        return b;
    }

    private static double tolerance(int type) {
        return type == 1 ? 1.0 / 512 : 4e-6;
    }

    @Test
    void reductions_of_a_strided_axis() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int outer = 1 + random.nextInt(4);
            int axis = 1 + random.nextInt(60);
            int inner = random.nextBoolean() ? 1 : 1 + random.nextInt(20);
            int gap = random.nextInt(3);
            int step = inner + gap;
            int xType = random.nextInt(2);
            int yType = random.nextInt(2);
            int kind = seed % 3;
            Block x = random(random, xType, outer * axis * step);
            Block y = new Block(4L * outer * step);
            Tensors.Lines lines = new Tensors.Lines(outer, axis, inner, (long) axis * step, step, step);
            bridge.tensors().reduce(kind, lines, x.address(), xType, y.address(), yType, 0);
            for (int o = 0; o < outer; o++) {
                for (int i = 0; i < inner; i++) {
                    int first = o * axis * step + i;
                    double[] line = IntStream.range(0, axis)
                            .mapToDouble(a -> x.get(xType, first + a * step))
                            .toArray();
                    double want = kind == Tensors.REDUCE_MAX
                            ? Arrays.stream(line).max().orElseThrow()
                            : Arrays.stream(line).sum() / (kind == Tensors.REDUCE_MEAN ? axis : 1);
                    assertThat((double) y.get(yType, o * step + i))
                            .as("seed %d kind %d", seed, kind)
                            .isCloseTo(want, within(tolerance(yType) * Math.max(16, Math.abs(want))));
                }
            }
        }
    }

    @Test
    void softmax_sums_to_one_and_keeps_ratios_whatever_the_size_of_the_logits() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int outer = 1 + random.nextInt(4);
            int axis = 1 + random.nextInt(300);
            int inner = random.nextBoolean() ? 1 : 1 + random.nextInt(20);
            int xType = random.nextInt(2);
            int yType = random.nextInt(2);
            float shift = random.nextInt(3) * 400f;
            Block x = new Block(4L * outer * axis * inner);
            for (int i = 0; i < outer * axis * inner; i++) {
                x.put(xType, i, shift + random.nextFloat() * 8);
            }
            Block y = new Block(4L * outer * axis * inner);
            bridge.tensors().softmax(x.address(), xType, outer, axis, inner, y.address(), yType, 0);
            for (int o = 0; o < outer; o++) {
                for (int i = 0; i < inner; i++) {
                    int first = o * axis * inner + i;
                    double sum = 0;
                    for (int a = 0; a < axis; a++) {
                        sum += Math.exp(x.get(xType, first + a * inner) - (double) shift);
                    }
                    for (int a = 0; a < axis; a++) {
                        int at = first + a * inner;
                        assertThat((double) y.get(yType, at))
                                .as("seed %d", seed)
                                .isCloseTo(Math.exp(x.get(xType, at) - (double) shift) / sum, within(tolerance(yType)));
                    }
                }
            }
        }
    }

    @Test
    void softmax_in_place() {
        Block x = Block.floats(1, 2, 3);
        bridge.tensors().softmax(x.address(), 0, 1, 3, 1, x.address(), 0, 0);
        assertThat(x.get(0, 0)).isCloseTo(0.09003057f, within(1e-6f));
        assertThat(x.get(0, 2)).isCloseTo(0.66524096f, within(1e-6f));
        assertThatThrownBy(() -> bridge.tensors().softmax(x.address(), 0, 1, 3, 1, x.address(), 1, 0))
                .hasMessageContaining("in place needs one type");
    }

    @Test
    void response_normalisation_across_channels() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int c = 1 + random.nextInt(12);
            int hw = 1 + random.nextInt(7);
            int size = 1 + random.nextInt(6);
            Image x = Image.random(random, 2, c, 1, hw).fill(random);
            Image y = Image.random(random, 2, c, 1, hw);
            bridge.images().lrn(x.layout(), x.address(), y.layout(), y.address(), size, 0.3f, 0.75f, 1.5f, 0);
            y.check("seed " + seed, (at, k, row, column) -> {
                double sum = 0;
                for (int j = Math.max(0, k - (size - 1) / 2); j <= Math.min(c - 1, k + size / 2); j++) {
                    sum += Math.pow(x.get(at, j, row, column), 2);
                }
                return x.get(at, k, row, column) / Math.pow(1.5 + 0.3 / size * sum, 0.75);
            });
        }
    }

    @Test
    void the_largest_of_a_row_with_ties_and_nan() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int rows = 1 + random.nextInt(4);
            int columns = 1 + random.nextInt(300);
            int stride = columns + random.nextInt(3);
            int k = 1 + random.nextInt(Math.min(columns, 12));
            int type = random.nextInt(2);
            Block x = new Block(4L * rows * stride);
            for (int i = 0; i < rows * stride; i++) {
                // Few values, so that many are equal; both zeros are.
                int v = random.nextInt(9) - 4;
                x.put(type, i, v == 0 ? (random.nextBoolean() ? 0f : -0f) : v == 4 ? Float.NaN : v);
            }
            Block values = new Block(4L * rows * k);
            Block indices = new Block(4L * rows * k);
            bridge.tensors().topK(x.address(), type, rows, columns, stride, k, values.address(), indices.address(), 0);
            for (int r = 0; r < rows; r++) {
                int first = r * stride;
                int[] want = IntStream.range(0, columns)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer i) -> {
                                    float v = x.get(type, first + i);
                                    return Float.isNaN(v) ? Double.POSITIVE_INFINITY : 0.0 - v;
                                })
                                .thenComparingInt(i -> i))
                        .limit(k)
                        .mapToInt(Integer::intValue)
                        .toArray();
                for (int j = 0; j < k; j++) {
                    int at = r * k + j;
                    assertThat(indices.bytes().getInt(4 * at))
                            .as("seed %d row %d", seed, r)
                            .isEqualTo(want[j]);
                    assertThat(values.get(0, at)).isEqualTo(x.get(type, first + want[j]));
                }
            }
        }
        Block x = Block.floats(1, 2);
        assertThatThrownBy(() -> bridge.tensors().topK(x.address(), 0, 1, 2, 2, 3, x.address(), x.address(), 0))
                .hasMessage("dms_top_k: k must be at most 1024 and at most columns, but is 3");
    }
}
