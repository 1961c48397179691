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
        LabelledImages set = images;
        if (set == null) {
            return rows;
        }
        Preprocessing preprocessing = model.preprocessing();
        if (preprocessing == null) {
            console.warn("the model does not say how its input is normalised: ImageNet's mean and std are assumed");
            preprocessing = Preprocessing.IMAGENET;
        }
        boolean open = model.graph().inputs().get(0).shape().hasBatch();
        List<BenchResult.Level> out = new ArrayList<>();
        int count = Math.min(most, set.size());
        try (Session session = backend.open(model, options.withBatch(open ? BATCH : options.batch()));
                Progress progress = console.progress("accuracy", "images", (long) count * rows.size())) {
            for (BenchResult.Level row : rows) {
                WidthLevel level = levels.stream()
                        .filter(l -> l.name().equals(row.name()))
                        .findFirst()
                        .orElseThrow();
                long before = (long) count * out.size();
                Accuracy a = console.cancelled()
                        ? null
                        : Accuracy.measure(
                                session,
                                level,
                                set,
                                count,
                                preprocessing,
                                (stage, done, total) -> progress.at(before + done));
                out.add(a == null ? row : row.withAccuracy(a.top1(), a.images()));
                seen = a == null ? seen : a.images();
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
