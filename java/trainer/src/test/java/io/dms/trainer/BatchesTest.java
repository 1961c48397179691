package io.dms.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Preprocessing;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BatchesTest {
    @BeforeAll
    static void load() {
        Torch.load(1, 0);
    }

    @Test
    void batchesDependOnTheSeedAndTheEpochAloneAndAPartOfThemIsSkippedAlike() {
        Batches straight = batches(40, 8, 5);
        Batches resumed = batches(40, 8, 5);
        assertThat(straight.steps()).isEqualTo(5);
        straight.epoch(2);
        resumed.epoch(1);
        resumed.next(0);
        resumed.epoch(2);
        resumed.skip(3);
        for (int step = 0; step < 5; step++) {
            straight.next(step);
            if (step >= 3) {
                resumed.next(step);
                assertThat(Torch.floats(resumed.input())).containsExactly(Torch.floats(straight.input()));
            }
        }
        straight.epoch(3);
        straight.next(3);
        resumed.epoch(2);
        resumed.next(3);
        assertThat(Torch.floats(resumed.input())).isNotEqualTo(Torch.floats(straight.input()));
        assertThat(batches(0, 8, 5).steps()).as("of no images").isZero();
        assertThat(batches(3, 8, 5).steps()).isEqualTo(1);
    }

    private static Batches batches(int images, int batch, long seed) {
        return new Batches(new Squares(images), Preprocessing.IMAGENET, 0, batch, seed);
    }

    @Test
    void everyImageOfAnEpochIsAShiftedOrMirroredOneOfTheSet() {
        Squares images = new Squares(12);
        Preprocessing p = new Preprocessing(new float[] {0, 0, 0}, new float[] {1, 1, 1});
        Batches batches = new Batches(images, p, 0, 12, 3);
        batches.epoch(0);
        batches.next(0);
        float[] got = Torch.floats(batches.input());
        int[] mirrored = new int[2];
        int shifted = 0;
        for (int i = 0; i < 12; i++) {
            boolean found = false;
            for (int image = 0; image < 12 && !found; image++) {
                byte[] rgb = new byte[3 * 1024];
                images.rgb(image, rgb);
                for (int s = 0; s < 2 * 81 && !found; s++) {
                    int down = s / 2 / 9 - 4;
                    int right = s / 2 % 9 - 4;
                    found = same(got, i * 3 * 1024, rgb, s % 2 == 1, down, right);
                    if (found) {
                        mirrored[s % 2]++;
                        shifted += down != 0 || right != 0 ? 1 : 0;
                    }
                }
            }
            assertThat(found).as("image %d", i).isTrue();
        }
        assertThat(mirrored[0]).isPositive();
        assertThat(mirrored[1]).isPositive();
        assertThat(shifted).isGreaterThan(6);
    }

    private static boolean same(float[] got, int at, byte[] rgb, boolean mirror, int down, int right) {
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < 32; y++) {
                for (int x = 0; x < 32; x++) {
                    int fromY = y - down;
                    int fromX = (mirror ? 31 - x : x) - right;
                    boolean inside = fromY >= 0 && fromY < 32 && fromX >= 0 && fromX < 32;
                    float want = inside ? (rgb[c * 1024 + fromY * 32 + fromX] & 0xff) / 255f : 0;
                    if (Math.abs(got[at + c * 1024 + y * 32 + x] - want) > 1e-6) {
                        return false;
                    }
                }
            }
        }
        return true;
    }
}
