package io.dms.cli.catalog;

import io.dms.compiler.data.LabelledImages;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Noise with a colour for each class, the same for the same seed. */
record MadeUpImages(int size, long seed) implements LabelledImages {
    @Override
    public String describe() {
        return size + " made-up images";
    }

    @Override
    public int classes() {
        return 10;
    }

    @Override
    public List<String> classNames() {
        return IntStream.range(0, 10).mapToObj(c -> "c" + c).toList();
    }

    @Override
    public int width() {
        return 32;
    }

    @Override
    public int height() {
        return 32;
    }

    @Override
    public int label(int i) {
        return i % 10;
    }

    @Override
    public void rgb(int i, byte[] out) {
        SplittableRandom random = new SplittableRandom(seed * 1_000_003 + i);
        for (int p = 0; p < 3 * 1024; p++) {
            int plane = p / 1024;
            int base = 40 + 17 * (label(i) * (plane + 1) % 10);
            out[p] = (byte) (base + random.nextInt(40));
        }
    }
}
