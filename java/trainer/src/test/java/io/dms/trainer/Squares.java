package io.dms.trainer;

import io.dms.compiler.data.LabelledImages;
import io.dms.runtime.BundledModels;
import java.util.List;
import java.util.SplittableRandom;

/** Images whose class is the place of a bright square: easy to learn, and the same on every machine. */
record Squares(int size) implements LabelledImages {
    @Override
    public String describe() {
        return "squares";
    }

    @Override
    public int classes() {
        return 10;
    }

    @Override
    public List<String> classNames() {
        return BundledModels.CIFAR10_CLASSES;
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
        SplittableRandom random = new SplittableRandom(i);
        int label = label(i);
        for (int p = 0; p < 3 * 32 * 32; p++) {
            out[p] = (byte) random.nextInt(120);
        }
        int channel = label % 3;
        for (int y = 4 + 8 * (label / 5); y < 12 + 8 * (label / 5); y++) {
            for (int x = 12; x < 20; x++) {
                out[channel * 1024 + y * 32 + x] = (byte) (150 + 10 * label);
            }
        }
    }
}
