package io.dms.schedule.special;

import io.dms.model.UserException;
import java.util.Arrays;

/**
 * What a trunk gave for labelled images: one row of penultimate activations each. Made once ("pre-forwarding" in MCDNN,
 * section 5.2.1), so that a head for any classes is trained later without running the trunk. Immutable.
 *
 * @param model name of the model whose trunk gave them
 * @param modelDigest its digest
 * @param level name of the trunk's level
 * @param classes number of classes of the labels
 * @param dims features of one image
 * @param values images x dims, row by row; not copied, must not change
 * @param labels class of each image; not copied, must not change
 */
@SuppressWarnings("ArrayRecordComponent")
public record FeatureSet(
        String model, String modelDigest, String level, int classes, int dims, float[] values, int[] labels) {
    /** Checks that the parts fit each other. */
    public FeatureSet {
        if (dims < 1 || classes < 2 || labels.length < 1 || (long) labels.length * dims != values.length) {
            throw new UserException("features of " + model + " don't fit each other: " + values.length + " numbers, "
                    + labels.length + " images of " + dims + " features, " + classes + " classes");
        }
        for (int l : labels) {
            if (l < 0 || l >= classes) {
                throw new UserException("features of " + model + " have a label " + l + " but " + classes + " classes");
            }
        }
    }

    /** Images. */
    public int size() {
        return labels.length;
    }

    /** The rows from one on until another. */
    public FeatureSet rows(int from, int to) {
        return new FeatureSet(
                model,
                modelDigest,
                level,
                classes,
                dims,
                Arrays.copyOfRange(values, from * dims, to * dims),
                Arrays.copyOfRange(labels, from, to));
    }

    /**
     * The same images under other labels, as for another task.
     *
     * @param map new class of each old one, -1 for those that are left out
     * @param newClasses how many new classes there are
     */
    public FeatureSet relabelled(int[] map, int newClasses) {
        int n = 0;
        for (int l : labels) {
            n += map[l] >= 0 ? 1 : 0;
        }
        float[] kept = new float[n * dims];
        int[] names = new int[n];
        int at = 0;
        for (int i = 0; i < labels.length; i++) {
            if (map[labels[i]] >= 0) {
                System.arraycopy(values, i * dims, kept, at * dims, dims);
                names[at++] = map[labels[i]];
            }
        }
        return new FeatureSet(model, modelDigest, level, newClasses, dims, kept, names);
    }
}
