package io.dms.runtime;

import io.dms.model.Node;
import java.util.Arrays;

/** What a Pad node does. */
final class Padding {
    private Padding() {}

    /** True for a Pad of images that adds zeros and only on the spatial axes, so that a convolution can do it. */
    static boolean isZeroSpatial(Node node) {
        if (!node.is("Pad")
                || !node.stringAttr("mode", "constant").equals("constant")
                || node.floatAttr("value", 0) != 0) {
            return false;
        }
        int[] pads = node.ints("pads");
        int rank = pads.length / 2;
        return rank >= 3
                && pads[0] == 0
                && pads[1] == 0
                && pads[rank] == 0
                && pads[rank + 1] == 0
                && Arrays.stream(pads).allMatch(p -> p >= 0);
    }
}
