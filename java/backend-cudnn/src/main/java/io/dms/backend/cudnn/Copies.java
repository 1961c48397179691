package io.dms.backend.cudnn;

/**
 * What a level does for nothing but to have an image lie otherwise: conversions between layouts, parts that are brought to
 * their place in a concat, ranges of channels that are brought together.
 *
 * @param count how many kernels
 * @param bytes that they write
 */
record Copies(int count, long bytes) {
    static final Copies NONE = new Copies(0, 0);

    /** One kernel that writes a whole image. */
    static Copies of(View written) {
        return new Copies(1, written.bytes());
    }

    Copies and(Copies other) {
        return new Copies(count + other.count, bytes + other.bytes);
    }
}
