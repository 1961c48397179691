package io.dms.backend.cudnn.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.AxisCut;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Packed weights are the cut of the master that a few loops over it would make. */
class PackTest {
    private static Bridge bridge;

    @BeforeAll
    static void load() {
        bridge = HostBridge.require();
    }

    private static AxisCut randomCut(Random random, int size) {
        if (random.nextBoolean()) {
            return AxisCut.prefix(size, 1 + random.nextInt(size));
        }
        AxisCut.Builder b = new AxisCut.Builder(size);
        int at = 0;
        while (at < size) {
            int start = at + random.nextInt(3);
            int length = Math.min(size - start, 1 + random.nextInt(5));
            if (length > 0) {
                b.keep(start, length);
            }
            at = start + Math.max(0, length) + 1;
        }
        AxisCut cut = b.build();
        return cut.kept() == 0 ? AxisCut.whole(size) : cut;
    }

    private static Block ranges(AxisCut cut) {
        int[] pairs = new int[2 * cut.ranges()];
        for (int r = 0; r < cut.ranges(); r++) {
            pairs[2 * r] = cut.start(r);
            pairs[2 * r + 1] = cut.length(r);
        }
        return Block.ints(pairs);
    }

    /** The blocks of ranges hold nothing else. */
    private static void pack(Packing p, Block master, Block ranges0, Block ranges1, long scale, Block packed) {
        bridge.tensors()
                .pack(
                        p,
                        master.address(),
                        ranges0.address(),
                        ranges0.bytes().capacity() / 8,
                        ranges1.address(),
                        ranges1.bytes().capacity() / 8,
                        scale,
                        packed.address(),
                        0);
    }

    @Test
    void any_cut_of_any_master_in_any_order_and_type() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int size0 = 1 + random.nextInt(40);
            int size1 = 1 + random.nextInt(40);
            int kernel = new int[] {1, 1, 9, 25, 6}[random.nextInt(5)];
            AxisCut cut0 = randomCut(random, size0);
            AxisCut cut1 = randomCut(random, size1);
            float[] master = new float[size0 * size1 * kernel];
            for (int i = 0; i < master.length; i++) {
                master[i] = random.nextFloat() * 4 - 2;
            }
            int kAxis = random.nextInt(2);
            int scaleAxis = random.nextInt(2);
            int groups = scaleAxis == 1 && cut0.kept() % 2 == 0 ? 2 : 1;
            int scales = scaleAxis == 0 ? cut0.kept() : groups * cut1.kept();
            float[] scale = new float[scales];
            for (int i = 0; i < scales; i++) {
                scale[i] = random.nextFloat() + 0.5f;
            }
            boolean scaled = random.nextBoolean();
            int kept = kAxis == 0 ? cut0.kept() : cut1.kept();
            int other = kAxis == 0 ? cut1.kept() : cut0.kept();
            int k = kept + (random.nextInt(3) == 0 ? random.nextInt(8) : 0);
            int c = other + (random.nextInt(3) == 0 ? random.nextInt(8) : 0);
            int order = random.nextInt(4);
            int type = random.nextInt(2);
            Block packed = new Block((type == 1 ? 2L : 4L) * k * c * kernel);
            Block from = Block.floats(master);
            Block factors = Block.floats(scale);
            Packing packing = new Packing(size0, size1, kernel, kAxis, scaleAxis, groups, k, c, order, type);
            pack(packing, from, ranges(cut0), ranges(cut1), scaled ? factors.address() : 0, packed);
            int[] index0 = cut0.indices();
            int[] index1 = cut1.indices();
            for (int i = 0; i < k; i++) {
                for (int j = 0; j < c; j++) {
                    for (int s = 0; s < kernel; s++) {
                        int a = kAxis == 0 ? i : j;
                        int b = kAxis == 0 ? j : i;
                        float want = 0;
                        if (a < index0.length && b < index1.length) {
                            want = master[(index0[a] * size1 + index1[b]) * kernel + s];
                            if (scaled) {
                                want *= scale[scaleAxis == 0 ? a : a / (index0.length / groups) * index1.length + b];
                            }
                        }
                        int at = switch (order) {
                            case Packing.KCRS -> (i * c + j) * kernel + s;
                            case Packing.KRSC -> (i * kernel + s) * c + j;
                            case Packing.CRSK -> (j * kernel + s) * k + i;
                            default -> (s * c + j) * k + i;
                        };
                        float rounded = type == 1 ? Block.decode(Block.encode(want)) : want;
                        assertThat(packed.get(type, at))
                                .as("seed %d, k %d, c %d, s %d", seed, i, j, s)
                                .isEqualTo(rounded);
                    }
                }
            }
        }
    }

    @Test
    void as_many_segments_as_the_longest_concat_has() {
        int segments = Tensors.MAX_RANGES;
        AxisCut.Builder b = new AxisCut.Builder(3 * segments);
        for (int r = 0; r < segments; r++) {
            b.keep(3 * r, 2);
        }
        AxisCut cut = b.build();
        float[] master = new float[3 * segments];
        for (int i = 0; i < master.length; i++) {
            master[i] = i;
        }
        Block packed = new Block(4L * cut.kept());
        Block whole = Block.ints(0, 1);
        Packing packing = new Packing(1, 3 * segments, 1, 0, 0, 1, 1, cut.kept(), Packing.KCRS, Tensors.F32);
        pack(packing, Block.floats(master), whole, ranges(cut), 0, packed);
        for (int i = 0; i < cut.kept(); i++) {
            assertThat(packed.get(0, i)).isEqualTo(cut.indices()[i]);
        }
    }

    @Test
    void what_lies_outside_the_master_is_refused() {
        Block m = new Block(4 * 4 * 4);
        Block one = Block.ints(0, 4);
        Block beyond = Block.ints(2, 3);
        Packing fits = new Packing(4, 4, 1, 0, 0, 1, 4, 4, Packing.KCRS, Tensors.F32);
        Packing small = new Packing(4, 4, 1, 0, 0, 1, 3, 4, Packing.KCRS, Tensors.F32);
        assertThatThrownBy(() -> pack(fits, m, one, beyond, 0, m))
                .isInstanceOfSatisfying(
                        BridgeException.class, e -> assertThat(e.status()).isEqualTo(BridgeException.BAD_ARGUMENT))
                .hasMessage("dms_pack: a range must end inside the axis; its end, but is 5");
        assertThatThrownBy(() -> pack(small, m, one, one, 0, m))
                .hasMessage("dms_pack: k must be at least what is kept, but is 3");
    }
}
