package io.dms.cli;

import io.dms.cli.report.TrainResult.Stage;
import io.dms.compiler.Accuracy;
import io.dms.compiler.CompileListener;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Accuracy of the levels as they came to be, each stage through the backend that runs models: apart from libtorch. */
final class TrainStages {
    private static final int BATCH = 50;

    private TrainStages() {}

    /**
     * Order only, calibrated and tuned; the first two are one where the source was not calibrated.
     *
     * @param levels of the source that were trained, widest first
     * @param tuned its levels are those, in order
     */
    static List<Stage> measure(
            Console console,
            ScalableModel source,
            List<WidthLevel> levels,
            ScalableModel tuned,
            LabelledImages test,
            int limit) {
        List<Stage> out = new ArrayList<>();
        boolean calibrated = levels.stream().anyMatch(l -> !l.normalization().isEmpty());
        List<WidthLevel> bare =
                levels.stream().map(l -> l.withNormalization(Map.of())).toList();
        out.add(stage(console, "order only", source, bare, test, limit));
        if (calibrated) {
            out.add(stage(console, "calibrated", source, levels, test, limit));
        }
        out.add(stage(console, "tuned", tuned, tuned.levels(), test, limit));
        return out;
    }

    private static Stage stage(
            Console console,
            String name,
            ScalableModel model,
            List<WidthLevel> levels,
            LabelledImages test,
            int limit) {
        int count = limit == 0 ? test.size() : Math.min(limit, test.size());
        Preprocessing known = model.preprocessing();
        Backend backend = Backends.find("cpu");
        SessionOptions options = SessionOptions.DEFAULT;
        boolean open = model.graph().inputs().get(0).shape().hasBatch();
        List<Double> top1 = new ArrayList<>();
        try (Session session = backend.open(model, open ? options.withBatch(BATCH) : options)) {
            for (WidthLevel level : levels) {
                top1.add(Accuracy.measure(
                                session,
                                level,
                                test,
                                count,
                                known == null ? Preprocessing.IMAGENET : known,
                                CompileListener.SILENT)
                        .top1());
            }
        }
        console.note("measured: " + name);
        return new Stage(name, new ArrayList<>(top1));
    }
}
