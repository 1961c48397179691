package io.dms.compiler.data;

import io.dms.model.Preprocessing;
import io.dms.model.UserException;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Images of one size, RGB, in a fixed order, most of them with a class label. Reading is thread-safe.
 */
public interface LabelledImages {
    /** One line for people: kind and place, as in {@code CIFAR-10 (test_batch.bin)}. */
    String describe();

    /** Number of images. */
    int size();

    /** Number of classes, 0 where there are no labels. */
    int classes();

    /** Names of the classes in the order of their labels; empty where they are not known. */
    List<String> classNames();

    /** Pixels of a row. */
    int width();

    /** Rows of an image. */
    int height();

    /** Class of an image, in 0 until {@link #classes()}, or -1 where there are no labels. */
    int label(int i);

    /**
     * Reads one image: planes R, G, B, each row-major from the top.
     *
     * @param out at least 3 x height x width bytes, written from index 0
     * @throws UserException if the image can't be read
     */
    void rgb(int i, byte[] out);

    /** True where every image has a label. */
    default boolean labelled() {
        return classes() > 0;
    }

    /**
     * Writes images as float32 [count, 3, height, width] from index 0 of the buffer, whose position does not change.
     *
     * @param from first image
     * @throws IndexOutOfBoundsException if there are not so many images, or the buffer is too small
     */
    default void fill(FloatBuffer out, int from, int count, Preprocessing preprocessing) {
        for (int i = 0; i < count; i++) {
            fillOne(out, i, from + i, preprocessing);
        }
    }

    /**
     * Writes one image as float32 [3, height, width] at a place of a batch.
     *
     * @param place which image of the batch it becomes
     * @param i which image of this set
     */
    default void fillOne(FloatBuffer out, int place, int i, Preprocessing preprocessing) {
        if (preprocessing.mean().length != 3) {
            throw new UserException(
                    "RGB images need a mean and a std for three channels, not " + preprocessing.mean().length);
        }
        int plane = width() * height();
        byte[] bytes = new byte[3 * plane];
        rgb(i, bytes);
        float[] values = new float[plane];
        for (int c = 0; c < 3; c++) {
            float[] table = new float[256];
            for (int v = 0; v < 256; v++) {
                table[v] = (v / 255f - preprocessing.mean()[c]) / preprocessing.std()[c];
            }
            for (int p = 0; p < plane; p++) {
                values[p] = table[bytes[c * plane + p] & 0xff];
            }
            out.put((place * 3 + c) * plane, values);
        }
    }
}
