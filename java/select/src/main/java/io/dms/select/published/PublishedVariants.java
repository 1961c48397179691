package io.dms.select.published;

import io.dms.model.UserException;
import io.dms.select.SelectorFile;
import io.dms.select.learn.Learner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The published method as it is named in commands and files: the papers' own choice, and the alternatives that they compare
 * it with.
 */
public final class PublishedVariants {
    private PublishedVariants() {}

    private static Map<String, PublishedOptions> options() {
        PublishedOptions knn = PublishedOptions.standard();
        Map<String, PublishedOptions> all = new LinkedHashMap<>();
        all.put("published", knn);
        all.put("published-tree", knn.withLearners(Learner.TREE));
        all.put("published-bayes", knn.withLearners(Learner.BAYES));
        all.put("published-svm", knn.withLearners(Learner.SVM));
        all.put("published-single", knn.asSingle());
        all.put("published-optimal", knn.withModels(ModelsBy.OPTIMAL, knn.threshold()));
        all.put("published-radius", knn.withSoundness(Soundness.RADIUS));
        all.put("published-conformal", knn.withSoundness(Soundness.CONFORMAL));
        all.put("published-refusing", knn.withSoundness(Soundness.CONFORMAL).withPolicies("refuse", "refuse"));
        return all;
    }

    /** All of them, the papers' own first. What they have in common they learn once for the same samples. */
    public static List<PublishedMethod> all() {
        FeatureChoice shared = new FeatureChoice();
        return options().entrySet().stream()
                .map(e -> new PublishedMethod(e.getKey(), e.getValue(), shared))
                .toList();
    }

    /**
     * The one of that name.
     *
     * @throws UserException if there is none
     */
    public static PublishedMethod of(String name) {
        return new PublishedMethod(name, named(name));
    }

    /**
     * The one of that name, with the user's policies.
     *
     * @param none what to do where no model is expected to be right, as {@link PublishedOptions#none()}; blank for the usual
     * @param unsound what to do where the choice is not trusted; likewise
     * @throws UserException if there is none of that name
     */
    public static PublishedMethod of(String name, String none, String unsound) {
        PublishedOptions usual = named(name);
        return new PublishedMethod(
                name,
                usual.withPolicies(
                        none.isBlank() ? usual.none() : none, unsound.isBlank() ? usual.unsound() : unsound));
    }

    private static PublishedOptions named(String name) {
        PublishedOptions options = options().get(name);
        if (options == null) {
            throw new UserException("there is no method " + name + "; there are "
                    + String.join(", ", options().keySet()));
        }
        return options;
    }

    /** Who reads their files, by name. */
    public static Map<String, SelectorFile.Reader> readers() {
        Map<String, SelectorFile.Reader> readers = new LinkedHashMap<>();
        options().keySet().forEach(name -> readers.put(name, new PublishedJson(name)));
        return readers;
    }
}
