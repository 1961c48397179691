package io.dms.select.published;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.UserException;
import io.dms.select.Method;
import io.dms.select.TrainingData;
import io.dms.select.learn.Conformal;
import io.dms.select.learn.Dataset;
import io.dms.select.learn.Folds;
import io.dms.select.learn.Scaling;
import io.dms.select.sample.FeatureTable;
import io.dms.select.sample.SampleTable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The published method for images: choose models, filter and eliminate features, scale, learn a cascade of classifiers
 * (Taylor et al., LCTES 2018; Marco et al., ACM TECS 19(1), 2020). Kept as it is described, so that it can be judged; what
 * the papers leave open says so where it is decided.
 */
public final class PublishedMethod implements Method {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** One training row in so many is set aside to calibrate conformal prediction. */
    private static final int CALIBRATING = 3;

    private final String name;
    private final PublishedOptions options;
    private final FeatureChoice features;

    /**
     * The method with some options.
     *
     * @param name in reports and files; {@link PublishedVariants} has those that files are read by
     */
    public PublishedMethod(String name, PublishedOptions options) {
        this(name, options, new FeatureChoice());
    }

    PublishedMethod(String name, PublishedOptions options, FeatureChoice features) {
        this.name = name;
        this.options = options;
        this.features = features;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public PublishedLearned learn(TrainingData data, int[] rows, long seed) {
        SampleTable table = data.samples();
        FeatureTable image = data.image();
        if (image == null) {
            throw new UserException("the published method reads features of the images, and the table has none;"
                    + " profile again with features");
        }
        check(table, image, rows);
        boolean conformal = options.soundness() == Soundness.CONFORMAL;
        // rows that calibrate must have no part in anything that is calibrated
        int[] aside = conformal ? Folds.sample(rows.length, rows.length / CALIBRATING, seed) : new int[0];
        int[] teaching = without(rows, aside);
        int none = Policy.resolve(options.none(), table, teaching);
        int unsound = Policy.resolve(options.unsound(), table, teaching);
        List<ModelSelection.Step> steps = ModelSelection.select(table, teaching, options.threshold(), options.by());
        int[] models = steps.stream().mapToInt(ModelSelection.Step::candidate).toArray();
        Dataset all = dataset(table, image, teaching, models);
        refuseOneClass(all, table, models);

        FeatureChoice.Result choice = features.choose(all, options, seed);
        int[] used = choice.eliminated().kept();
        Scaling scaling = Scaling.of(all.features(used));
        Dataset scaled = scaling.apply(all.features(used));
        Cascade cascade = Cascade.learn(scaled, options, seed);
        Refusal refusal = null;
        if (conformal) {
            int[] calibrating = Arrays.stream(aside).map(i -> rows[i]).toArray();
            Dataset other =
                    scaling.apply(dataset(table, image, calibrating, models).features(used));
            refusal = new Refusal(
                    Conformal.fit(scaled, other, options.conformal(), options.k(), seed),
                    options.significance(),
                    options.confidence());
        }
        ObjectNode report = report(table, all, steps, choice);
        Dataset some = all.rows(Folds.sample(all.size(), options.eliminationRows(), seed));
        report.put("right_choices", CrossValidation.accuracy(some.features(used), options, seed));
        return new PublishedLearned(
                name,
                table.candidates(),
                image.names(),
                used,
                scaling,
                models,
                cascade,
                refusal,
                none,
                unsound,
                report);
    }

    private static int[] without(int[] rows, int[] aside) {
        boolean[] out = new boolean[rows.length];
        for (int i : aside) {
            out[i] = true;
        }
        return IntStream.range(0, rows.length)
                .filter(i -> !out[i])
                .map(i -> rows[i])
                .toArray();
    }

    /** Features of some samples with the optimum among the models as class, and one class more for none. */
    static Dataset dataset(SampleTable table, FeatureTable image, int[] rows, int[] models) {
        return new Dataset(
                image.names(),
                Arrays.stream(rows).mapToObj(r -> image.values()[r]).toArray(float[][]::new),
                Optimum.of(table, rows, models),
                models.length + 1);
    }

    private void check(SampleTable table, FeatureTable image, int[] rows) {
        if (rows.length < Math.max(options.k(), options.folds())) {
            throw new UserException("the published method needs at least "
                    + Math.max(options.k(), options.folds()) + " training samples for " + options.k()
                    + " neighbours and " + options.folds() + " folds, there are " + rows.length
                    + "; give more samples, or fewer neighbours and folds");
        }
        for (int row : rows) {
            for (int f = 0; f < image.names().size(); f++) {
                if (!Float.isFinite(image.values()[row][f])) {
                    throw new UserException("feature " + image.names().get(f) + " of sample " + table.sample()[row]
                            + " is " + image.values()[row][f] + "; leave the sample out or mend what computed it");
                }
            }
        }
    }

    private static void refuseOneClass(Dataset all, SampleTable table, int[] models) {
        int[] counts = all.counts();
        for (int c = 0; c < counts.length; c++) {
            if (counts[c] == all.size()) {
                throw new UserException("every training sample has the same optimum, "
                        + (c == models.length
                                ? "none"
                                : table.candidates().get(models[c]).id())
                        + ": there is no choice to learn; use that one always");
            }
        }
    }

    private ObjectNode report(
            SampleTable table, Dataset all, List<ModelSelection.Step> steps, FeatureChoice.Result choice) {
        ObjectNode report = MAPPER.createObjectNode();
        report.put("models_by", options.by().id()).put("threshold", options.threshold());
        int[] counts = all.counts();
        ArrayNode models = report.putArray("models");
        for (int m = 0; m < steps.size(); m++) {
            models.addObject()
                    .put("id", table.candidates().get(steps.get(m).candidate()).id())
                    .put("gain_points", steps.get(m).gain())
                    .put("covered", steps.get(m).covered())
                    .put("optimum_share", (double) counts[m] / all.size());
        }
        report.put("none_share", (double) counts[steps.size()] / all.size());
        ArrayNode dropped = report.putArray("features_dropped");
        for (FeatureFilter.Dropped d : choice.filtered().dropped()) {
            dropped.addObject().put("name", all.names().get(d.feature())).put("why", d.why(all.names()));
        }
        report.put("right_choices_before_elimination", choice.eliminated().accuracy());
        ArrayNode gone = report.putArray("features_eliminated");
        for (FeatureElimination.Step step : choice.eliminated().steps()) {
            gone.addObject().put("name", all.names().get(step.feature())).put("right_choices", step.accuracy());
        }
        report.put(
                "commonest_optimum_share", (double) Arrays.stream(counts).max().orElse(0) / all.size());
        return report;
    }
}
