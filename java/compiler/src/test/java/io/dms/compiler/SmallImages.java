package io.dms.compiler;

import io.dms.compiler.data.LabelledImages;
import java.util.List;
import java.util.Random;

/** Seeded images with structure: a random colour, a random gradient, noise. Label: image number modulo classes. */
record SmallImages(int size, int classes, int width, int height) implements LabelledImages {
    @Override
    public String describe() {
        return "small test images";
    }

    @Override
    public List<String> classNames() {
        return List.of();
    }

    @Override
    public int label(int i) {
        return classes == 0 ? -1 : i % classes;
    }

    @Override
    public void rgb(int i, byte[] out) {
        Random random = new Random(i * 31L + 7);
        for (int c = 0; c < 3; c++) {
            double base = 60 + 120 * random.nextDouble();
            double dx = 80 * random.nextGaussian() / width;
            double dy = 80 * random.nextGaussian() / height;
            for (int p = 0; p < width * height; p++) {
                int row = p / width;
                double v = base + dx * (p % width) + dy * row + 20 * random.nextGaussian();
                out[c * width * height + p] = (byte) Math.max(0, Math.min(255, v));
            }
        }
    }
}
