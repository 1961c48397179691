package io.dms.cli.catalog;

import io.dms.compiler.data.LabelledImages;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Every second image of each class of a set, so that one half can be learned from and the other judged on, in whatever
 * order the set is.
 */
final class EveryOther implements LabelledImages {
    private final LabelledImages all;
    private final int[] chosen;

    /**
     * @param all the set, labelled
     * @param first 0 or 1: which of each two images of a class
     */
    EveryOther(LabelledImages all, int first) {
        this.all = all;
        int[] seen = new int[all.classes()];
        this.chosen = IntStream.range(0, all.size())
                .filter(i -> seen[all.label(i)]++ % 2 == first)
                .toArray();
    }

    @Override
    public String describe() {
        return "half of " + all.describe();
    }

    @Override
    public int size() {
        return chosen.length;
    }

    @Override
    public int classes() {
        return all.classes();
    }

    @Override
    public List<String> classNames() {
        return all.classNames();
    }

    @Override
    public int width() {
        return all.width();
    }

    @Override
    public int height() {
        return all.height();
    }

    @Override
    public int label(int i) {
        return all.label(chosen[i]);
    }

    @Override
    public void rgb(int i, byte[] out) {
        all.rgb(chosen[i], out);
    }
}
