package io.dms.serve;

import io.dms.model.Profile;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model that a server shall serve.
 *
 * @param name in requests: letters, digits and {@code . _ -}
 * @param model the model
 * @param profile what its levels cost here, for goals; null for a short measurement at the start
 * @param labels names of the classes in the order of the scores, for classification; empty where they have none
 */
public record ModelSpec(
        String name, ScalableModel model, @Nullable Profile profile, List<String> labels) {
    /** @throws UserException if the name can't stand in a path */
    public ModelSpec {
        if (!name.matches("[A-Za-z0-9._-]{1,200}")) {
            throw new UserException("a served model's name may have letters, digits and . _ - only: \"" + name
                    + "\"; give another one, as in NAME=FILE");
        }
        labels = List.copyOf(labels);
    }

    /** A model by its own name, without profile and labels. */
    public static ModelSpec of(ScalableModel model) {
        return new ModelSpec(model.name(), model, null, List.of());
    }
}
