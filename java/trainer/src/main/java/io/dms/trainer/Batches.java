package io.dms.trainer;

import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Training images in a new random order each epoch, each one flipped sideways half the time and shifted by up to an
 * eighth of its size, the rest filled with black: the augmentation of He et al. 2016, section 4.2, for CIFAR-10. What an
 * epoch looks like depends on the seed and its number alone, so that a training can go on anywhere.
 */
final class Batches {
    private final LabelledImages images;
    private final Preprocessing preprocessing;
    private final int count;
    private final int batch;
    private final long seed;
    private final int height;
    private final int width;
    private final int shift;
    private final byte[] rgb;
    private final float[] values;
    private final long[] labels;
    private int[] order = new int[0];
    private SplittableRandom random = new SplittableRandom(0);

    Batches(LabelledImages images, Preprocessing preprocessing, int limit, int batch, long seed) {
        this.images = images;
        this.preprocessing = preprocessing;
        this.count = limit == 0 ? images.size() : Math.min(limit, images.size());
        this.batch = Math.min(batch, count);
        this.seed = seed;
        this.height = images.height();
        this.width = images.width();
        this.shift = Math.max(1, Math.min(height, width) / 8);
        this.rgb = new byte[3 * height * width];
        this.values = new float[this.batch * rgb.length];
        this.labels = new long[this.batch];
    }

    /** Whole batches of one epoch; what is left over is left out. */
    int steps() {
        return batch == 0 ? 0 : count / batch;
    }

    int batch() {
        return batch;
    }

    /** Goes to the start of an epoch. */
    void epoch(int number) {
        random = new SplittableRandom(seed * 1_000_003 + number);
        order = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
    }

    /** Fills the next batch with training images, augmented. */
    void next(int step) {
        for (int i = 0; i < batch; i++) {
            int index = order[step * batch + i];
            labels[i] = images.label(index);
            boolean flip = random.nextBoolean();
            int down = random.nextInt(2 * shift + 1) - shift;
            int right = random.nextInt(2 * shift + 1) - shift;
            images.rgb(index, rgb);
            place(i, flip, down, right);
        }
    }

    /** Draws what {@link #next} would for the steps before, so that a resumed epoch goes on as it would have. */
    void skip(int steps) {
        for (int i = 0; i < steps * batch; i++) {
            random.nextBoolean();
            random.nextInt(2 * shift + 1);
            random.nextInt(2 * shift + 1);
        }
    }

    private void place(int at, boolean flip, int down, int right) {
        int plane = height * width;
        for (int c = 0; c < 3; c++) {
            float mean = preprocessing.mean()[c];
            float scale = 1 / (255 * preprocessing.std()[c]);
            float shiftBy = mean / preprocessing.std()[c];
            int out = (at * 3 + c) * plane;
            for (int y = 0; y < height; y++) {
                int fromY = y - down;
                for (int x = 0; x < width; x++) {
                    int fromX = (flip ? width - 1 - x : x) - right;
                    boolean inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
                    int v = inside ? rgb[c * plane + fromY * width + fromX] & 0xff : 0;
                    values[out + y * width + x] = inside ? v * scale - shiftBy : -shiftBy;
                }
            }
        }
    }

    /** The batch as [N, 3, H, W], channels last in memory: a fifth faster than planes. */
    Tensor input() {
        return Torch.tensor(values, batch, 3, height, width).contiguous(torch.MemoryFormat.ChannelsLast);
    }

    /** The labels as [N]. */
    Tensor target() {
        return Torch.longs(labels);
    }
}
