package io.dms.compiler.data;

import io.dms.model.Preprocessing;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Some images of a data set, drawn at random without repetition, in random order, as network input.
 *
 * @param images where they come from
 * @param indices which of them; not copied, must not change
 * @param preprocessing how bytes become numbers
 */
@SuppressWarnings("ArrayRecordComponent")
public record ImageSample(LabelledImages images, int[] indices, Preprocessing preprocessing) {
    /** At most {@code count} images; the same ones for the same seed. */
    public static ImageSample draw(LabelledImages images, int count, long seed, Preprocessing preprocessing) {
        int[] all = new int[images.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] out = new int[Math.min(count, all.length)];
        for (int i = 0; i < out.length; i++) {
            int j = i + random.nextInt(all.length - i);
            out[i] = all[j];
            all[j] = all[i];
        }
        return new ImageSample(images, out, preprocessing);
    }

    /** The first images of this sample, all where there are fewer. */
    public ImageSample first(int count) {
        return new ImageSample(images, Arrays.copyOf(indices, Math.min(count, indices.length)), preprocessing);
    }

    /** Number of images. */
    public int size() {
        return indices.length;
    }

    /** Writes images {@code from} until {@code from + count} of the sample as float32 [count, 3, height, width]. */
    public void fill(FloatBuffer out, int from, int count) {
        for (int i = 0; i < count; i++) {
            images.fillOne(out, i, indices[from + i], preprocessing);
        }
    }
}
