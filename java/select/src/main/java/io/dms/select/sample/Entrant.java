package io.dms.select.sample;

import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * One level of one model that a profiler measures, a {@link Candidate} before it has a time.
 *
 * @param id what it is called: the model's name, and the level's behind an {@code @} where it has several
 * @param model entrants of one model are those with the same object here; they share a session
 * @param level one of its levels
 */
public record Entrant(String id, ScalableModel model, WidthLevel level) {
    /**
     * All levels of all models.
     *
     * @throws UserException if two models have one name, or a model can't classify RGB images
     */
    public static List<Entrant> of(List<ScalableModel> models) {
        return of(models, ScalableModel::levels);
    }

    /**
     * Some levels of all models.
     *
     * @param levels of a model, its own or made by {@link ScalableModel#level(double)}
     * @throws UserException if two models have one name, or a model can't classify RGB images
     */
    public static List<Entrant> of(List<ScalableModel> models, Function<ScalableModel, List<WidthLevel>> levels) {
        List<Entrant> out = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ScalableModel m : new LinkedHashSet<>(models)) {
            if (!names.add(m.name())) {
                throw new UserException("two models are called " + m.name() + ": rename the file of one");
            }
            levels.apply(m).forEach(l -> out.add(of(m, l)));
        }
        return out;
    }

    /**
     * One level of a model.
     *
     * @throws UserException if the model can't classify RGB images
     */
    public static Entrant of(ScalableModel model, WidthLevel level) {
        check(model);
        boolean only = model.levels().size() == 1 && model.levels().contains(level);
        return new Entrant(only ? model.name() : model.name() + "@" + level.name(), model, level);
    }

    private static void check(ScalableModel m) {
        if (m.graph().inputs().size() != 1 || m.graph().outputs().size() != 1) {
            throw new UserException("model " + m.name() + " has "
                    + m.graph().inputs().size() + " inputs and "
                    + m.graph().outputs().size() + " outputs: only classifiers with one of each can be compared");
        }
        Shape in = m.graph().inputs().get(0).shape();
        if (in.rank() != 4 || in.dim(1) != 3) {
            throw new UserException("model " + m.name() + " takes " + in + ", which are no RGB images");
        }
    }

    /** Scores that it gives. */
    public int classes() {
        return Math.toIntExact(model.graph().outputs().get(0).shape().elements());
    }

    /** Rows of its input. */
    public int height() {
        return model.graph().inputs().get(0).shape().dim(2);
    }

    /** Pixels of a row of its input. */
    public int width() {
        return model.graph().inputs().get(0).shape().dim(3);
    }

    /** How bytes become its input: as the model says, else ImageNet's statistics. */
    public Preprocessing preprocessing() {
        Preprocessing known = model.preprocessing();
        return known == null ? Preprocessing.IMAGENET : known;
    }
}
