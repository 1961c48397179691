package io.dms.select.published;

import io.dms.select.learn.Dataset;
import io.dms.select.learn.Folds;
import io.dms.select.learn.Scaling;

/**
 * How often a cascade that learned from the other folds chooses the optimum of a fold's samples. Scaling, too, is learned
 * from the other folds.
 */
final class CrossValidation {
    private CrossValidation() {}

    /** Share of right choices, 0 to 1; "none" counts as a choice, and an unsound one as wrong. */
    static double accuracy(Dataset data, PublishedOptions options, long seed) {
        Folds folds = Folds.stratified(data.y(), options.folds(), seed);
        int right = 0;
        for (int fold = 0; fold < folds.count(); fold++) {
            Dataset train = data.rows(folds.outside(fold));
            Scaling scaling = Scaling.of(train);
            Cascade cascade = Cascade.learn(scaling.apply(train), options, seed);
            Dataset test = scaling.apply(data.rows(folds.inside(fold)));
            for (int i = 0; i < test.size(); i++) {
                if (cascade.choose(test.x()[i]) == test.y()[i]) {
                    right++;
                }
            }
        }
        return (double) right / data.size();
    }
}
