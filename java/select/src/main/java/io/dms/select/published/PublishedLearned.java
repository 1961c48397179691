package io.dms.select.published;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.UserException;
import io.dms.select.Method;
import io.dms.select.Selector;
import io.dms.select.learn.Scaling;
import io.dms.select.sample.Candidate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the published method learned.
 *
 * @param name of the method
 * @param candidates of the catalog
 * @param features names of all features of an image that it expects, in order
 * @param used indices of those that it reads
 * @param scaling of those
 * @param models indices of the candidates that it chooses from, in the order of the cascade
 * @param cascade the classifiers
 * @param refusal conformal prediction, null where choices are trusted without
 * @param none what to do where none will do: a candidate or {@link Selector#REFUSE}
 * @param unsound what to do where the choice is not trusted: likewise
 * @param report how it came to be, for people
 */
@SuppressWarnings("ArrayRecordComponent")
record PublishedLearned(
        String name,
        List<Candidate> candidates,
        List<String> features,
        int[] used,
        Scaling scaling,
        int[] models,
        Cascade cascade,
        @Nullable Refusal refusal,
        int none,
        int unsound,
        ObjectNode report)
        implements Method.Learned {
    PublishedLearned {
        candidates = List.copyOf(candidates);
        features = List.copyOf(features);
    }

    @Override
    public List<String> settings() {
        return List.of(name);
    }

    @Override
    public PublishedSelector selector(int setting) {
        if (setting != 0) {
            throw new UserException("the published method has no dial: setting 0, not " + setting);
        }
        return new PublishedSelector(this);
    }

    @Override
    public ObjectNode json() {
        return PublishedJson.write(this);
    }
}
