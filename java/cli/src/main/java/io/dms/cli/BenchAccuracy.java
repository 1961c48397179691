package io.dms.cli;

import io.dms.cli.bench.BenchResult;
import io.dms.compiler.Accuracy;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The accuracy column of the benchmark. */
final class BenchAccuracy {
    private static final int BATCH = 50;

    private final Console console;
    private final ScalableModel model;
    private final Backend backend;
    private final SessionOptions options;
    private final int most;
    private @Nullable LabelledImages images;
    private int seen;

    BenchAccuracy(Console console, ScalableModel model, Backend backend, SessionOptions options, int most) {
        this.console = console;
        this.model = model;
        this.backend = backend;
        this.options = options;
        this.most = most;
    }

    /**
     * Opens the data set before anything is measured.
     *
     * @param folder its place, or null for none
     * @param wanted true where a person named it: then what does not fit is an error
     */
    void open(@Nullable Path folder, boolean wanted) {
        if (folder == null) {
            return;
        }
        try {
            Shape input = model.graph().inputs().get(0).shape();
            if (input.rank() != 4) {
                throw new UserException(
                        "model " + model.name() + " takes no images (input " + input + "): leave out --data");
            }
            LabelledImages set = Datasets.open(folder, Datasets.Part.TEST, input.dim(3), input.dim(2));
            if (!set.labelled()) {
                throw new UserException(set.describe() + " has no labels: leave out --data, or give a labelled set");
            }
            images = set;
        } catch (UserException e) {
            if (wanted) {
                throw e;
            }
            console.warn("accuracy is left out: " + e.getMessage());
        }
    }

    /** The same rows with their accuracy, as far as there is time until an interruption. */
    List<BenchResult.Level> measure(List<BenchResult.Level> rows, List<WidthLevel> levels) {
        List<@Nullable Accuracy> found = accuracies(rows.stream()
                .map(row -> levels.stream()
                        .filter(l -> l.name().equals(row.name()))
                        .findFirst()
                        .orElseThrow())
                .toList());
        List<BenchResult.Level> out = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            Accuracy a = found.get(i);
            out.add(a == null ? rows.get(i) : rows.get(i).withAccuracy(a.top1(), a.images()));
        }
        return out;
    }

    /** The accuracy of each level, null where none is measured or a person asked to stop before. */
    List<@Nullable Accuracy> accuracies(List<WidthLevel> levels) {
        LabelledImages set = images;
        List<@Nullable Accuracy> out = new ArrayList<>(Collections.nCopies(levels.size(), null));
        if (set == null) {
            return out;
        }
        Preprocessing known = model.preprocessing();
        if (known == null) {
            console.warn("the model does not say how its input is normalised: ImageNet's mean and std are assumed");
        }
        Preprocessing preprocessing = known == null ? Preprocessing.IMAGENET : known;
        boolean open = model.graph().inputs().get(0).shape().hasBatch();
        int count = Math.min(most, set.size());
        try (Session session = backend.open(model, options.withBatch(open ? BATCH : options.batch()));
                Progress progress = console.progress("accuracy", "images", (long) count * levels.size())) {
            for (int i = 0; i < levels.size() && !console.cancelled(); i++) {
                long before = (long) count * i;
                Accuracy a = Accuracy.measure(
                        session,
                        levels.get(i),
                        set,
                        count,
                        preprocessing,
                        (stage, done, total) -> progress.at(before + done));
                out.set(i, a);
                seen = a.images();
            }
        }
        return out;
    }

    /** What accuracy was measured on, or null where it was not. */
    @Nullable
    String describe() {
        return images == null || seen == 0 ? null : images.describe() + ", " + seen + " images";
    }
}
