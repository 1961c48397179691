package io.dms.select.sample;

import io.dms.model.Preprocessing;
import java.nio.FloatBuffer;

/** Labelled images of one size, in the fixed order of their data set. */
public interface SampleImages {
    /** One line for people: kind and place. */
    String describe();

    /** Number of images. */
    int size();

    /** Number of classes. */
    int classes();

    /** Class of an image, in 0 until {@link #classes()}. */
    int label(int i);

    /** Pixels of a row. */
    int width();

    /** Rows of an image. */
    int height();

    /** Writes image {@code i} as float32 [3, height, width] at a place of a batch; the position does not change. */
    void fill(FloatBuffer out, int place, int i, Preprocessing preprocessing);

    /** Writes image {@code i} as planes R, G, B of bytes, row-major, from index 0. */
    void rgb(int i, byte[] out);
}
