package io.dms.backend.cudnn.bridge;

import java.util.Random;

/** An image tensor of the bridge in a block, with room around it that must stay as it is. */
final class Image {
    final Block block;
    final int format;
    final int pitch;
    final int channel;
    final int n;
    final int c;
    final int h;
    final int w;

    /** @param channel first channel, in a buffer of pitch channels */
    Image(int format, int pitch, int channel, int n, int c, int h, int w) {
        this.block = new Block((long) n * pitch * h * w * (half(format) == 1 ? 2 : 4));
        this.format = format;
        this.pitch = pitch;
        this.channel = channel;
        this.n = n;
        this.c = c;
        this.h = h;
        this.w = w;
    }

    /** Of a random format, often a range of a wider buffer's channels. */
    static Image random(Random random, int n, int c, int h, int w) {
        return random(random, random.nextInt(4), n, c, h, w);
    }

    static Image random(Random random, int format, int n, int c, int h, int w) {
        // Gaps of eight channels keep the alignment that the fast ways want.
        int before = random.nextInt(3) == 0 ? random.nextBoolean() ? 8 : random.nextInt(9) : 0;
        int behind = random.nextInt(3) == 0 ? random.nextBoolean() ? 8 : random.nextInt(9) : 0;
        return new Image(format, before + c + behind, before, n, c, h, w);
    }

    /** Random values in [-4, 4). */
    Image fill(Random random) {
        for (int i = 0; i < n * c * h * w; i++) {
            block.put(half(format), index(i), random.nextFloat() * 8 - 4);
        }
        return this;
    }

    static int half(int format) {
        return format >> 1;
    }

    /** Place in the block of the i-th element in the order n, c, h, w. */
    int index(int i) {
        int x = i % w;
        int y = i / w % h;
        int k = i / w / h % c;
        return index(i / w / h / c, k, y, x);
    }

    int index(int at, int k, int y, int x) {
        return (format & 1) == 1
                ? ((at * h + y) * w + x) * pitch + channel + k
                : ((at * pitch + channel + k) * h + y) * w + x;
    }

    float get(int at, int k, int y, int x) {
        return block.get(half(format), index(at, k, y, x));
    }

    Layout layout() {
        return new Layout(format, pitch, n, c, h, w);
    }

    long address() {
        return block.address() + (long) channel * ((format & 1) == 1 ? 1 : h * w) * (half(format) == 1 ? 2 : 4);
    }

    /** Floats differ by rounding, halves by half a step. */
    double tolerance() {
        return half(format) == 1 ? 1.0 / 1024 : 2e-6;
    }

    /** What a test expects of each element. */
    interface Formula {
        double at(int n, int c, int y, int x);
    }

    /** Compares every element, and that nothing beside them was written. */
    void check(String what, Formula formula) {
        boolean[] own = new boolean[n * pitch * h * w];
        for (int at = 0; at < n; at++) {
            for (int k = 0; k < c; k++) {
                for (int y = 0; y < h; y++) {
                    for (int x = 0; x < w; x++) {
                        double want = formula.at(at, k, y, x);
                        float got = get(at, k, y, x);
                        own[index(at, k, y, x)] = true;
                        if (!close(want, got)) {
                            throw new AssertionError(what + ": [" + at + ", " + k + ", " + y + ", " + x + "] is " + got
                                    + " and should be " + want + " in " + this);
                        }
                    }
                }
            }
        }
        for (int i = 0; i < own.length; i++) {
            if (!own[i] && !Float.isNaN(block.get(half(format), i))) {
                throw new AssertionError(what + ": element " + i + " beside the tensor was written in " + this);
            }
        }
    }

    private boolean close(double want, float got) {
        if (Double.isNaN(want) || Double.isInfinite(want)) {
            return Double.compare(want, got) == 0;
        }
        return Math.abs(want - got) <= tolerance() * Math.max(1, Math.abs(want));
    }

    @Override
    public String toString() {
        return "format " + format + " pitch " + pitch + " first channel " + channel + " [" + n + ", " + c + ", " + h
                + ", " + w + "]";
    }
}
