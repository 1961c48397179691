package io.dms.select.published;

import io.dms.select.learn.Classifier;
import io.dms.select.learn.Dataset;
import io.dms.select.learn.Knn;
import io.dms.select.learn.Learner;
import io.dms.select.learn.Neighbours;
import org.jspecify.annotations.Nullable;

/**
 * The premodel: a cascade of binary classifiers, one for each chosen model in the order of their choice, each saying whether
 * its model is the optimum; the first yes decides, and no from all means that none will do (LCTES 2018, §3.1). Neighbours
 * are computed once, and labelled anew for each stage. Or one classifier with a class for each model and one for none (TECS
 * 2020, §3.2). Choosing allocates nothing; one thread at a time.
 */
final class Cascade {
    /** The choice where no neighbour is near enough. */
    static final int UNSOUND = -1;

    private final int models;
    private final boolean single;
    private final Classifier[] stages;
    private final @Nullable Neighbours shared;
    private final float radius;
    private final float[] scores;

    /**
     * @param stages one per model, or one for all
     * @param shared the neighbours that all stages of nearest neighbours share, and that the radius is about
     * @param radius greatest distance of a neighbour, infinity for no limit
     */
    Cascade(int models, boolean single, Classifier[] stages, @Nullable Neighbours shared, float radius) {
        if (stages.length != (single ? 1 : models) || (shared == null && radius < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(stages.length + " stages for " + models + " models");
        }
        for (Classifier stage : stages) {
            if (stage.classes() != (single ? models + 1 : 2)) {
                throw new IllegalArgumentException("a stage has " + stage.classes() + " classes");
            }
        }
        this.models = models;
        this.single = single;
        this.stages = stages;
        this.shared = shared;
        this.radius = radius;
        this.scores = new float[single ? models + 1 : 2];
    }

    /**
     * Learns.
     *
     * @param data scaled features, with the optimum as class and the number of models for none
     */
    static Cascade learn(Dataset data, PublishedOptions options, long seed) {
        int models = data.classes() - 1;
        boolean limited = options.soundness() == Soundness.RADIUS;
        Classifier[] stages = new Classifier[options.single() ? 1 : models];
        Neighbours shared = limited ? Neighbours.of(data.x(), options.k()) : null;
        for (int s = 0; s < stages.length; s++) {
            Dataset stage = options.single() ? data : data.against(s);
            if (options.learner(s) == Learner.KNN) {
                if (shared == null) {
                    shared = Neighbours.of(data.x(), options.k());
                }
                stages[s] = new Knn(shared, stage.y(), stage.classes());
            } else {
                stages[s] = options.learner(s).learn(stage, options.k(), seed);
            }
        }
        float radius = limited ? (float) options.radius() : Float.POSITIVE_INFINITY;
        return new Cascade(models, options.single(), stages, shared, radius);
    }

    /**
     * The model that is expected to be the optimum.
     *
     * @param x scaled features
     * @return index of a model, {@link #models()} for none, or {@link #UNSOUND}
     */
    int choose(float[] x) {
        if (shared != null && shared.find(x, radius) == 0) {
            return UNSOUND;
        }
        for (int s = 0; s < stages.length; s++) {
            if (stages[s] instanceof Knn knn && knn.neighbours() == shared) {
                knn.vote(scores);
            } else {
                stages[s].scores(x, scores);
            }
            if (single) {
                return Classifier.best(scores);
            }
            if (scores[1] > scores[0]) {
                return s;
            }
        }
        return models;
    }

    int models() {
        return models;
    }

    boolean single() {
        return single;
    }

    int stages() {
        return stages.length;
    }

    Classifier stage(int s) {
        return stages[s];
    }

    @Nullable
    Neighbours shared() {
        return shared;
    }

    float radius() {
        return radius;
    }

    /** The same for another thread. */
    Cascade own() {
        Neighbours mine = shared == null ? null : shared.own();
        Classifier[] copies = new Classifier[stages.length];
        for (int s = 0; s < copies.length; s++) {
            copies[s] = mine != null && stages[s] instanceof Knn knn && knn.neighbours() == shared
                    ? knn.over(mine)
                    : stages[s].own();
        }
        return new Cascade(models, single, copies, mine, radius);
    }
}
