package io.dms.select.published;

import io.dms.model.UserException;
import io.dms.select.learn.Learner;
import java.util.List;

/**
 * How the published selector is trained. {@link #standard()} is what the papers settled on for images; where they say
 * nothing, the parameter says so.
 *
 * @param threshold of the Model Selection Algorithm, in points of coverage: 0.5
 * @param by its method: accuracy
 * @param correlation above which one of two features goes: 0.75
 * @param tolerance points of accuracy that elimination may cost: 0.5 (the papers show 0.4 lost on the way from nine features
 *     to seven, and 13.9 below)
 * @param features that elimination keeps at least: 1
 * @param eliminationRows samples that elimination looks at, at most: 2,000; ours, for time
 * @param folds of the cross-validations: 10
 * @param single one classifier for all models and "none", as for sentences, in place of a cascade of binary ones
 * @param learners of the cascade's stages; the last one serves all further stages
 * @param k nearest neighbours: 5
 * @param soundness none; the papers' headline figures are without
 * @param radius within which neighbours count, in scaled units: 2
 * @param significance a choice with a p-value up to this does not fit: 0.05; ours
 * @param confidence one less the greatest p-value of any other choice must be at least this: 0.5
 * @param conformal learner behind conformal prediction: svm
 * @param none what to do where no model is expected to be right: {@code refuse}, {@code cheapest}, {@code best}, or a
 *     candidate's id
 * @param unsound what to do where the choice is not trusted: likewise
 */
public record PublishedOptions(
        double threshold,
        ModelsBy by,
        double correlation,
        double tolerance,
        int features,
        int eliminationRows,
        int folds,
        boolean single,
        List<Learner> learners,
        int k,
        Soundness soundness,
        double radius,
        double significance,
        double confidence,
        Learner conformal,
        String none,
        String unsound) {
    /**
     * Checks ranges.
     *
     * @throws UserException where one is out of range
     */
    public PublishedOptions {
        learners = List.copyOf(learners);
        within("threshold", threshold, 0, 100);
        within("correlation", correlation, 0, 1);
        within("tolerance", tolerance, 0, 100);
        within("features", features, 1, Integer.MAX_VALUE);
        within("elimination rows", eliminationRows, 1, Integer.MAX_VALUE);
        within("folds", folds, 2, Integer.MAX_VALUE);
        within("k", k, 1, Integer.MAX_VALUE);
        within("radius", radius, 0, Float.MAX_VALUE);
        within("significance", significance, 0, 1);
        within("confidence", confidence, 0, 1);
        if (learners.isEmpty()) {
            throw new UserException("the selector needs a learner: knn, tree, bayes or svm");
        }
    }

    private static void within(String what, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new UserException(what + " must be from " + least + " to " + most + ", not " + value);
        }
    }

    /** What the papers settled on for images: a cascade of nearest neighbours, every choice trusted. */
    public static PublishedOptions standard() {
        return new PublishedOptions(
                0.5,
                ModelsBy.ACCURACY,
                0.75,
                0.5,
                1,
                2000,
                10,
                false,
                List.of(Learner.KNN),
                5,
                Soundness.NONE,
                2,
                0.05,
                0.5,
                Learner.SVM,
                "cheapest",
                "best");
    }

    /** The same with other learners. */
    public PublishedOptions withLearners(Learner... stages) {
        return new PublishedOptions(
                threshold,
                by,
                correlation,
                tolerance,
                features,
                eliminationRows,
                folds,
                single,
                List.of(stages),
                k,
                soundness,
                radius,
                significance,
                confidence,
                conformal,
                none,
                unsound);
    }

    /** The same with one classifier for all choices. */
    public PublishedOptions asSingle() {
        return new PublishedOptions(
                threshold,
                by,
                correlation,
                tolerance,
                features,
                eliminationRows,
                folds,
                true,
                learners,
                k,
                soundness,
                radius,
                significance,
                confidence,
                conformal,
                none,
                unsound);
    }

    /** The same with another selection of models. */
    public PublishedOptions withModels(ModelsBy method, double points) {
        return new PublishedOptions(
                points,
                method,
                correlation,
                tolerance,
                features,
                eliminationRows,
                folds,
                single,
                learners,
                k,
                soundness,
                radius,
                significance,
                confidence,
                conformal,
                none,
                unsound);
    }

    /** The same with another soundness. */
    public PublishedOptions withSoundness(Soundness other) {
        return new PublishedOptions(
                threshold,
                by,
                correlation,
                tolerance,
                features,
                eliminationRows,
                folds,
                single,
                learners,
                k,
                other,
                radius,
                significance,
                confidence,
                conformal,
                none,
                unsound);
    }

    /** The same with other policies. */
    public PublishedOptions withPolicies(String whenNone, String whenUnsound) {
        return new PublishedOptions(
                threshold,
                by,
                correlation,
                tolerance,
                features,
                eliminationRows,
                folds,
                single,
                learners,
                k,
                soundness,
                radius,
                significance,
                confidence,
                conformal,
                whenNone,
                whenUnsound);
    }

    /** The same with another effort of elimination. */
    public PublishedOptions withElimination(int rows, int parts, int atLeast) {
        return new PublishedOptions(
                threshold,
                by,
                correlation,
                tolerance,
                atLeast,
                rows,
                parts,
                single,
                learners,
                k,
                soundness,
                radius,
                significance,
                confidence,
                conformal,
                none,
                unsound);
    }

    /** What elimination of features is judged by: of all variants the same, as far as features are concerned. */
    PublishedOptions probe() {
        PublishedOptions plain = standard();
        return new PublishedOptions(
                plain.threshold,
                plain.by,
                correlation,
                tolerance,
                features,
                eliminationRows,
                folds,
                false,
                plain.learners,
                k,
                plain.soundness,
                plain.radius,
                plain.significance,
                plain.confidence,
                plain.conformal,
                plain.none,
                plain.unsound);
    }

    /** The learner of a stage. */
    Learner learner(int stage) {
        return learners.get(Math.min(stage, learners.size() - 1));
    }
}
