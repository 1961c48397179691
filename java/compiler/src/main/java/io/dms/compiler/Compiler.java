package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.compiler.data.LabelledImages;
import io.dms.compiler.data.SyntheticImages;
import io.dms.compiler.tuning.GradientCriteria;
import io.dms.model.ChannelGroup;
import io.dms.model.ChannelGroups;
import io.dms.model.ChannelOrder;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ModelException;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes a scalable model of a trained network: groups, importance, order, levels, calibration. Where images can't be
 * run through the network (several inputs, an operator that the backend lacks), the levels stay as the order alone makes
 * them, and the report says why. The result depends on network, options and data alone, up to the rounding of the
 * backend. Thread-safe as far as the listener is.
 */
public final class Compiler {
    private final Backend backend;
    private final CompileListener listener;

    /**
     * @param backend runs the network for calibration and accuracy
     * @param listener is told how far the work is
     */
    public Compiler(Backend backend, CompileListener listener) {
        this.backend = backend;
        this.listener = listener;
    }

    /**
     * Compiles a network.
     *
     * @param calibrationSet images for importance and calibration, labels not needed; null for none: then images are
     *     made up (see {@link SyntheticImages})
     * @param labelled images that accuracy is measured on; null for none
     * @throws ModelException if no channel of the network can be cut, or its weights are damaged
     * @throws io.dms.model.UserException if the options or the data don't fit the network
     */
    public CompileResult compile(
            SourceNetwork source,
            CompileOptions options,
            @Nullable LabelledImages calibrationSet,
            @Nullable LabelledImages labelled) {
        List<String> warnings = new ArrayList<>();
        Graph graph = source.graph();
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        checkFree(groups, source);
        Preprocessing preprocessing = preprocessing(options, warnings);
        String refusal = refusal(graph);
        if (!refusal.isEmpty()) {
            warnings.add("not calibrated: " + refusal);
        }
        boolean real = calibrationSet != null && calibrationSet.size() > 0;
        ImageSample sample =
                refusal.isEmpty() ? sample(graph, real ? calibrationSet : null, options, preprocessing) : null;

        ImportanceCriterion criterion = criterion(options, sample);
        Importance importance = criterion.rank(graph, groups, sample);
        warnings.addAll(importance.notes());
        Graph ordered = ChannelOrder.apply(graph, groups, importance.order());
        ScalableModel uniform = new ScalableModel(
                options.name() == null ? graph.name() : options.name(),
                ordered,
                groups,
                levels(groups, options, warnings),
                preprocessing,
                Provenance.of(source, options, criterion, backend, Provenance.calibration(sample, real)));
        return finished(
                uniform, options, criterion.name(), real, sample, refusal, source.foreignNodes(), labelled, warnings);
    }

    /**
     * Searches levels of a model whose channels are ordered already, best after some tuning: then narrow levels can be
     * told from one another. Weights and order stay.
     *
     * @param calibrationSet as for {@link #compile}
     * @param labelled as for {@link #compile}
     * @throws io.dms.model.UserException if the options or the data don't fit the network
     */
    public CompileResult search(
            ScalableModel model,
            CompileOptions options,
            @Nullable LabelledImages calibrationSet,
            @Nullable LabelledImages labelled) {
        List<String> warnings = new ArrayList<>();
        Preprocessing preprocessing =
                model.preprocessing() == null ? preprocessing(options, warnings) : model.preprocessing();
        String refusal = refusal(model.graph());
        boolean real = calibrationSet != null && calibrationSet.size() > 0;
        ImageSample sample =
                refusal.isEmpty() ? sample(model.graph(), real ? calibrationSet : null, options, preprocessing) : null;
        Map<String, String> provenance = new LinkedHashMap<>(model.provenance());
        provenance.put("levels", SearchedLevels.describe(options.search()));
        provenance.put("calibration", Provenance.calibration(sample, real));
        ScalableModel uniform = new ScalableModel(
                options.name() == null ? model.name() : options.name(),
                model.graph(),
                model.groups(),
                levels(model.groups(), options, warnings),
                preprocessing,
                provenance);
        String criterion = provenance.getOrDefault("criterion", "as in the file");
        return finished(uniform, options, criterion, real, sample, refusal, List.of(), labelled, warnings);
    }

    /** Levels, calibration and accuracy of a model whose channels are ordered. */
    private CompileResult finished(
            ScalableModel uniform,
            CompileOptions options,
            String criterion,
            boolean real,
            @Nullable ImageSample sample,
            String refusal,
            List<String> foreignNodes,
            @Nullable LabelledImages labelled,
            List<String> warnings) {
        Preprocessing preprocessing = Objects.requireNonNull(uniform.preprocessing());
        List<SearchedLevel> searched = SearchedLevels.find(uniform, options, backend, sample, refusal, listener);
        List<WidthLevel> levels = searched.isEmpty()
                ? uniform.levels()
                : searched.stream().map(SearchedLevel::level).toList();
        warnings.addAll(SearchedLevels.warnings(searched, options.search()));
        ScalableModel raw = withLevels(uniform, levels);

        LabelledImages test = measurable(raw, labelled, options, refusal, warnings);
        if (test != null && real && sample != null && sample.images().describe().equals(test.describe())) {
            warnings.add("accuracy is measured on the data set that was calibrated on (without its labels)");
        }
        Map<String, Accuracy> before = test == null ? Map.of() : accuracy(raw, levels, test, options, preprocessing);
        ScalableModel calibrated =
                sample == null ? raw : withLevels(raw, Calibration.calibrate(raw, backend, sample, listener));
        Map<String, Accuracy> after = new LinkedHashMap<>(before);
        if (test != null && sample != null) {
            after.putAll(
                    accuracy(calibrated, calibrated.levels().subList(1, levels.size()), test, options, preprocessing));
        }
        return new CompileResult(
                calibrated,
                new CompileReport(
                        calibrated.name(),
                        Reports.groups(uniform.graph(), uniform.groups()),
                        foreignNodes,
                        Reports.levels(calibrated, before, after),
                        criterion,
                        Provenance.calibration(sample, real),
                        test == null
                                ? null
                                : Math.min(options.accuracyImages(), test.size()) + " images of " + test.describe(),
                        searched,
                        List.copyOf(warnings)));
    }

    private static void checkFree(ChannelGroups groups, SourceNetwork source) {
        if (groups.groups().stream().allMatch(ChannelGroup::frozen)) {
            String why = groups.groups().stream()
                    .map(ChannelGroup::frozenBecause)
                    .filter(Objects::nonNull)
                    .distinct()
                    .limit(3)
                    .reduce((a, b) -> a + "; " + b)
                    .orElse("it has no convolutions");
            throw new ModelException("no channel of " + source.file() + " can be cut (" + why
                    + "): a network with at least one inner convolution is needed");
        }
    }

    private static Preprocessing preprocessing(CompileOptions options, List<String> warnings) {
        Preprocessing given = options.preprocessing();
        if (given == null) {
            warnings.add("mean and std of the input are not given: ImageNet's are assumed");
            return Preprocessing.IMAGENET;
        }
        return given;
    }

    private String refusal(Graph graph) {
        String refusal = Lanes.refusal(graph);
        return refusal.isEmpty() ? String.join("; ", backend.refusals(graph)) : refusal;
    }

    private static ImageSample sample(
            Graph graph, @Nullable LabelledImages given, CompileOptions options, Preprocessing preprocessing) {
        Shape in = graph.inputs().get(0).shape();
        LabelledImages images = given == null ? new SyntheticImages(in.dim(3), in.dim(2), options.seed()) : given;
        if (images.height() != in.dim(2) || images.width() != in.dim(3)) {
            throw new UserException(images.describe() + " has images of " + images.width() + "x" + images.height()
                    + " but the network wants " + in.dim(3) + "x" + in.dim(2));
        }
        return ImageSample.draw(images, options.calibrationImages(), options.seed(), preprocessing);
    }

    private ImportanceCriterion criterion(CompileOptions options, @Nullable ImageSample sample) {
        String name = options.criterion() == null ? (sample == null ? "l2" : "contribution") : options.criterion();
        return GradientCriteria.NAMES.contains(name)
                ? GradientCriteria.find().named(name, options.importanceBatches(), listener)
                : Criteria.named(name, options.seed(), backend, listener);
    }

    private static List<WidthLevel> levels(ChannelGroups groups, CompileOptions options, List<String> warnings) {
        List<WidthLevel> out = new ArrayList<>();
        for (double width : options.widths()) {
            WidthLevel level = WidthLevels.uniform(groups, width, options.roundTo());
            if (!out.isEmpty() && Arrays.equals(out.get(out.size() - 1).counts(), level.counts())) {
                warnings.add("width " + level.name() + " keeps as many channels as width "
                        + out.get(out.size() - 1).name() + ": counts are multiples of " + options.roundTo());
            }
            out.add(level);
        }
        return out;
    }

    private static ScalableModel withLevels(ScalableModel m, List<WidthLevel> levels) {
        return new ScalableModel(m.name(), m.graph(), m.groups(), levels, m.preprocessing(), m.provenance());
    }

    /** The labelled images where accuracy can be measured on them, else null and a warning. */
    private static @Nullable LabelledImages measurable(
            ScalableModel model,
            @Nullable LabelledImages labelled,
            CompileOptions options,
            String refusal,
            List<String> warnings) {
        if (labelled == null || options.accuracyImages() == 0) {
            return null;
        }
        String why = refusal.isEmpty() ? Accuracy.refusal(model.graph(), labelled) : refusal;
        if (!why.isEmpty()) {
            warnings.add("accuracy not measured: " + why);
            return null;
        }
        return labelled;
    }

    private Map<String, Accuracy> accuracy(
            ScalableModel model,
            List<WidthLevel> levels,
            LabelledImages images,
            CompileOptions options,
            Preprocessing preprocessing) {
        Map<String, Accuracy> out = new LinkedHashMap<>();
        int batch = (int) Math.max(1, Math.min(64, (32L << 20) / (4 * Lane.largestFloats(model.graph()))));
        try (Session session = backend.open(model, SessionOptions.DEFAULT.withBatch(batch))) {
            for (WidthLevel level : levels) {
                out.put(
                        level.name(),
                        Accuracy.measure(session, level, images, options.accuracyImages(), preprocessing, listener));
            }
        }
        return out;
    }
}
