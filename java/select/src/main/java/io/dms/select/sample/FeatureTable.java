package io.dms.select.sample;

import java.util.List;

/**
 * Features of the samples of a {@link SampleTable}, row for row.
 *
 * @param names one per column
 * @param values by sample, then by feature; not copied, must not change
 */
@SuppressWarnings("ArrayRecordComponent")
public record FeatureTable(List<String> names, float[][] values) {
    /** Checks that every row has a value for every name. */
    public FeatureTable {
        names = List.copyOf(names);
        for (float[] row : values) {
            if (row.length != names.size()) {
                throw new IllegalArgumentException("a row has " + row.length + " features of " + names.size());
            }
        }
    }
}
