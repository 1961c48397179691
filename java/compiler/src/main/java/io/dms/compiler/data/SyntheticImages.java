package io.dms.compiler.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Made-up images for networks without data: overlapping discs and rectangles whose sizes follow a power law, the "dead
 * leaves" model, whose edges and correlations resemble those of photographs (Lee, Mumford and Huang 2001, "Occlusion
 * Models for Natural Images"; used for training by Baradad et al. 2021, "Learning to See by Looking at Noise"). Seeded;
 * every image is drawn anew from its number. No labels.
 */
public final class SyntheticImages implements LabelledImages {
    private static final int SIZE = 4096;
    private static final int SHAPES = 60;
    private static final double SMALLEST = 0.06;
    private static final double COLOURFULNESS = 0.4;
    private static final double NOISE = 0.03;

    private final int width;
    private final int height;
    private final long seed;

    /**
     * @param width pixels of a row
     * @param height rows
     * @param seed of all images
     */
    public SyntheticImages(int width, int height, long seed) {
        this.width = width;
        this.height = height;
        this.seed = seed;
    }

    @Override
    public String describe() {
        return "made-up images (dead leaves)";
    }

    @Override
    public int size() {
        return SIZE;
    }

    @Override
    public int classes() {
        return 0;
    }

    @Override
    public List<String> classNames() {
        return List.of();
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int label(int i) {
        return -1;
    }

    @Override
    public void rgb(int i, byte[] out) {
        Objects.checkIndex(i, SIZE);
        SplittableRandom random = new SplittableRandom(seed * SIZE + i);
        float[][] image = new float[3][width * height];
        for (float[] plane : image) {
            Arrays.fill(plane, (float) random.nextDouble());
        }
        for (int s = 0; s < SHAPES; s++) {
            leaf(image, random);
        }
        for (int p = 0; p < width * height; p++) {
            double noise = NOISE * gaussian(random);
            for (int c = 0; c < 3; c++) {
                out[c * width * height + p] = (byte) Math.max(0, Math.min(255, 255 * (image[c][p] + noise)));
            }
        }
    }

    /** Draws one disc or rectangle over what is there; the density of sizes r falls with the cube of r. */
    private void leaf(float[][] image, SplittableRandom random) {
        double spread = 1 / (SMALLEST * SMALLEST) - 1;
        double r = Math.max(width, height) * 0.5 / Math.sqrt(random.nextDouble() * spread + 1);
        double x0 = (1.2 * random.nextDouble() - 0.1) * width;
        double y0 = (1.2 * random.nextDouble() - 0.1) * height;
        double flat = random.nextBoolean() ? 0 : 0.3 + random.nextDouble();
        double grey = random.nextDouble();
        float[] colour = new float[3];
        for (int c = 0; c < 3; c++) {
            colour[c] = (float) Math.max(0, Math.min(1, grey + COLOURFULNESS * (random.nextDouble() - 0.5)));
        }
        double rows = flat == 0 ? r : flat * r;
        for (int y = (int) Math.max(0, Math.ceil(y0 - rows)); y < Math.min(height, y0 + rows); y++) {
            double across = flat == 0 ? Math.sqrt(Math.max(0, r * r - (y - y0) * (y - y0))) : r;
            int from = (int) Math.max(0, Math.ceil(x0 - across));
            int to = (int) Math.min(width, Math.ceil(x0 + across));
            for (int c = 0; c < 3 && from < to; c++) {
                Arrays.fill(image[c], y * width + from, y * width + to, colour[c]);
            }
        }
    }

    /** Normally distributed, by the sum of twelve uniform numbers. */
    private static double gaussian(SplittableRandom random) {
        double sum = -6;
        for (int i = 0; i < 12; i++) {
            sum += random.nextDouble();
        }
        return sum;
    }
}
