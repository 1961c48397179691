package io.dms.cli;

import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import io.dms.select.sample.SampleImages;
import java.nio.FloatBuffer;

/** A labelled data set as the samples of a selector. */
record TestImages(LabelledImages set) implements SampleImages {
    @Override
    public String describe() {
        return set.describe();
    }

    @Override
    public int size() {
        return set.size();
    }

    @Override
    public int classes() {
        return set.classes();
    }

    @Override
    public int label(int i) {
        return set.label(i);
    }

    @Override
    public int width() {
        return set.width();
    }

    @Override
    public int height() {
        return set.height();
    }

    @Override
    public void fill(FloatBuffer out, int place, int i, Preprocessing preprocessing) {
        set.fillOne(out, place, i, preprocessing);
    }

    @Override
    public void rgb(int i, byte[] out) {
        set.rgb(i, out);
    }
}
