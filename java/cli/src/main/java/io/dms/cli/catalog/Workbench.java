package io.dms.cli.catalog;

import io.dms.compiler.CompileListener;
import io.dms.compiler.data.ImageSample;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.GraphSplit;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.Backend;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.schedule.special.FeatureExtractor;
import io.dms.schedule.special.FeatureSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Models and data sets while a catalog is built: what several variants need is made once. Not thread-safe. */
final class Workbench {
    private static final int BATCH = 50;

    private final Backend backend;
    private final int threads;
    private final LabelledImages training;
    private final LabelledImages test;
    private final int tested;
    private final int trained;
    private final long seed;
    private final CompileListener listener;
    private final Map<String, ScalableModel> models = new HashMap<>();
    private final Map<String, FeatureSet> features = new HashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();

    Workbench(
            Backend backend,
            int threads,
            LabelledImages training,
            LabelledImages test,
            int tested,
            int trained,
            long seed,
            CompileListener listener) {
        this.backend = backend;
        this.threads = threads;
        this.training = training;
        this.test = test;
        this.tested = Math.min(tested, test.size());
        this.trained = Math.min(trained, training.size());
        this.seed = seed;
        this.listener = listener;
    }

    Backend backend() {
        return backend;
    }

    LabelledImages test() {
        return test;
    }

    int tested() {
        return tested;
    }

    /** What a reader of the catalog should know, one line each. */
    Set<String> notes() {
        return notes;
    }

    /** A model of a file, read once; null is the bundled one. */
    ScalableModel model(@Nullable Path file) {
        return models.computeIfAbsent(String.valueOf(file), k -> {
            ScalableModel m = read(file);
            Shape in = m.graph().inputs().get(0).shape();
            if (m.graph().inputs().size() != 1
                    || in.rank() != 4
                    || in.dim(1) != 3
                    || in.dim(2) != test.height()
                    || in.dim(3) != test.width()) {
                throw new UserException((file == null ? "the bundled model" : file) + " wants " + in
                        + " but the images are " + test.width() + "x" + test.height() + " RGB");
            }
            if (m.preprocessing() == null) {
                notes.add((file == null ? m.name() : String.valueOf(file.getFileName()))
                        + " does not say how its input is normalised: ImageNet's mean and std are assumed");
            }
            return m;
        });
    }

    /** Reads a model anew, as loading does. */
    static ScalableModel read(@Nullable Path file) {
        return file == null ? BundledModels.resnet20Cifar10() : ScalableModelFile.readAny(file, ImportOptions.DEFAULT);
    }

    /** The part of a model that gives features. */
    static ScalableModel trunk(ScalableModel model) {
        return GraphSplit.at(model.graph(), GraphSplit.features(model.graph())).trunk(model);
    }

    /** A session for one frame at a time. */
    Session open(ScalableModel model) {
        return backend.open(model, SessionOptions.DEFAULT.withThreads(threads));
    }

    /** The classes that a model names for the test images. */
    int[] answers(ScalableModel model, WidthLevel level, String what) {
        int classes = Math.toIntExact(model.graph().outputs().get(0).shape().elements());
        if (classes != test.classes()) {
            throw new UserException("the network " + what + " gives " + classes + " scores but the data set has "
                    + test.classes() + " classes");
        }
        int batch = model.graph().inputs().get(0).shape().hasBatch() ? BATCH : 1;
        FloatBuffer in = direct(batch * 3 * test.width() * test.height());
        FloatBuffer out = direct(batch * classes);
        int[] answers = new int[tested];
        try (Session session =
                backend.open(model, SessionOptions.DEFAULT.withThreads(threads).withBatch(batch))) {
            for (int from = 0; from < tested; from += batch) {
                int n = Math.min(batch, tested - from);
                test.fill(in, from, n, preprocessing(model));
                session.run(level, in, out);
                for (int i = 0; i < n; i++) {
                    answers[from + i] = best(out, i * classes, classes);
                }
                listener.progress("accuracy of " + what, from + n, tested);
            }
        }
        return answers;
    }

    private static int best(FloatBuffer scores, int at, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            best = scores.get(at + c) > scores.get(at + best) ? c : best;
        }
        return best;
    }

    /** Features of the training images that heads are trained on. */
    FeatureSet trainingFeatures(ScalableModel trunk, WidthLevel level) {
        return features.computeIfAbsent("training " + trunk.name() + level.name(), k -> {
            ImageSample sample = ImageSample.draw(training, trained, seed, preprocessing(trunk));
            return extract(
                    trunk,
                    level,
                    sample.size(),
                    (out, from, n) -> sample.fill(out, from, n),
                    i -> training.label(sample.indices()[i]),
                    "features of training images, " + trunk.name() + " " + level.name());
        });
    }

    /** Features of the test images, in their order. */
    FeatureSet testFeatures(ScalableModel trunk, WidthLevel level) {
        return features.computeIfAbsent(
                "test " + trunk.name() + level.name(),
                k -> extract(
                        trunk,
                        level,
                        tested,
                        (out, from, n) -> test.fill(out, from, n, preprocessing(trunk)),
                        test::label,
                        "features of test images, " + trunk.name() + " " + level.name()));
    }

    private FeatureSet extract(
            ScalableModel trunk,
            WidthLevel level,
            int count,
            FeatureExtractor.Images source,
            IntUnaryOperator label,
            String stage) {
        try (Session session =
                backend.open(trunk, SessionOptions.DEFAULT.withThreads(threads).withBatch(BATCH))) {
            return FeatureExtractor.extract(
                    session,
                    level,
                    count,
                    test.classes(),
                    source,
                    label,
                    done -> listener.progress(stage, done, count));
        }
    }

    static Preprocessing preprocessing(ScalableModel model) {
        Preprocessing known = model.preprocessing();
        return known == null ? Preprocessing.IMAGENET : known;
    }

    static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
