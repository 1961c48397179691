package io.dms.select.sample;

import io.dms.model.UserException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that was seen of some samples: the table, features by name, and where it comes from. Immutable.
 *
 * @param features by key, row for row with the table: {@link #IMAGE}, {@link #penultimate}
 * @param imageMillis median time of the features of one image, null where there are none
 */
public record Samples(
        SampleTable table,
        Map<String, FeatureTable> features,
        @Nullable Double imageMillis,
        Origin origin) {
    /** Key of the features of the images themselves. */
    public static final String IMAGE = "image";

    /** @throws UserException if features have another number of rows than the table */
    public Samples {
        features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
        for (Map.Entry<String, FeatureTable> e : features.entrySet()) {
            if (e.getValue().values().length != table.samples()) {
                throw new UserException("features " + e.getKey() + " are of "
                        + e.getValue().values().length + " samples, and the table has " + table.samples());
            }
        }
    }

    /** Key of what a candidate's last linear layer reads. */
    public static String penultimate(String candidate) {
        return "penultimate/" + candidate;
    }

    /** Penultimate features by candidate, of those whose were kept. */
    public Map<Integer, FeatureTable> embeddings() {
        Map<Integer, FeatureTable> out = new TreeMap<>();
        for (int c = 0; c < table.candidates().size(); c++) {
            @Nullable
            FeatureTable found =
                    features.get(penultimate(table.candidates().get(c).id()));
            if (found != null) {
                out.put(c, found);
            }
        }
        return out;
    }

    /** Keys of the features that are there. */
    public Set<String> keys() {
        return features.keySet();
    }

    /**
     * Features by their key.
     *
     * @throws UserException if there are none, naming those that there are
     */
    public FeatureTable features(String key) {
        @Nullable FeatureTable found = features.get(key);
        if (found == null) {
            throw new UserException(
                    "these samples have no features " + key + ", they have " + keys() + ": profile them again");
        }
        return found;
    }
}
