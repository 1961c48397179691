package io.dms.select.feature;

import java.util.function.IntUnaryOperator;

/** Pictures of ramps, rectangles, discs and noise from a seed, the same as those of {@code image_features.py}. */
final class Picture {
    private Picture() {}

    /** Planes R, G, B. */
    static byte[] of(int width, int height, int seed) {
        long[] state = {seed};
        IntUnaryOperator draw = n -> {
            state[0] = (state[0] * 1103515245L + 12345) & 0x7FFFFFFF;
            return (int) ((state[0] >> 8) % n);
        };
        int plane = width * height;
        int[] a = new int[3 * plane];
        int[] ramp = {draw.applyAsInt(200), draw.applyAsInt(200), draw.applyAsInt(200)};
        for (int i = 0; i < a.length; i++) {
            int x = i % width;
            int y = i % plane / width;
            a[i] = ramp[i / plane] + (x + 2 * y) * 40 / (width + height);
        }
        int shapes = 2 + draw.applyAsInt(5);
        for (int s = 0; s < shapes; s++) {
            boolean disc = draw.applyAsInt(2) == 1;
            int cx = draw.applyAsInt(width);
            int cy = draw.applyAsInt(height);
            long rx = 2L + draw.applyAsInt(width / 3);
            long ry = 2L + draw.applyAsInt(height / 3);
            int[] colour = {draw.applyAsInt(256), draw.applyAsInt(256), draw.applyAsInt(256)};
            for (int i = 0; i < a.length; i++) {
                long dx = Math.abs(i % width - cx);
                long dy = Math.abs(i % plane / width - cy);
                boolean inside =
                        disc ? dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry : dx <= rx && dy <= ry;
                a[i] = inside ? colour[i / plane] : a[i];
            }
        }
        int noise = 1 + draw.applyAsInt(40);
        byte[] out = new byte[a.length];
        for (int i = 0; i < a.length; i++) {
            out[i] = (byte) Math.min(255, Math.max(0, a[i] + draw.applyAsInt(noise) - noise / 2));
        }
        return out;
    }
}
