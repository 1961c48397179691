package io.dms.cli.catalog;

import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.ImageSample;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.GraphSplit;
import io.dms.model.LevelExport;
import io.dms.model.ModelCosts;
import io.dms.model.ModelDigest;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.schedule.special.FeatureExtractor;
import io.dms.schedule.special.FeatureSet;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What networks give for images of CIFAR-10, kept in files: a stream's outputs do not depend on the stream, so that rules
 * are replayed over many streams in seconds. All test images in their order, and a draw of the training images. Files are
 * named by the model's digest, and made where they are missing.
 */
final class SkewedStreamCache {
    static final int CLASSES = 10;
    private static final int BATCH = 50;

    private final Path folder;
    private final LabelledImages train;
    private final LabelledImages test;
    private final ImageSample sample;

    /** Images by their data sets' folders; {@code images} of the training set. */
    SkewedStreamCache(Path folder, Path train, Path test, int images) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.train = Datasets.open(train, Datasets.Part.TRAIN, 32, 32);
        this.test = Datasets.open(test, Datasets.Part.TEST, 32, 32);
        this.sample = ImageSample.draw(this.train, images, 1, Preprocessing.IMAGENET);
    }

    LabelledImages test() {
        return test;
    }

    /** A model of a file, or the bundled one. */
    static ScalableModel model(String name) {
        return name.equals("bundled")
                ? BundledModels.resnet20Cifar10()
                : ScalableModelFile.readAny(Path.of(name), ImportOptions.DEFAULT);
    }

    /** The part of a model that gives features. */
    static ScalableModel trunk(ScalableModel model) {
        return GraphSplit.at(model.graph(), GraphSplit.features(model.graph())).trunk(model);
    }

    /** Multiplications of one frame at a level. */
    static double macs(ScalableModel model, WidthLevel level) {
        return ModelCosts.macs(LevelExport.graph(model, level));
    }

    /** Features of the training images. */
    FeatureSet training(ScalableModel trunk, WidthLevel level) throws IOException {
        return outputs(trunk, level, "train" + sample.size(), sample.size(), sample::fill, train, sample.indices());
    }

    /** Features of all test images; of a whole model: its scores. */
    FeatureSet test(ScalableModel model, WidthLevel level) throws IOException {
        int[] all = new int[test.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        return outputs(
                model,
                level,
                "test",
                all.length,
                (out, from, n) -> test.fill(out, from, n, Preprocessing.IMAGENET),
                test,
                all);
    }

    /** The class with the highest score of each row. */
    static int[] answers(FeatureSet scores) {
        int[] out = new int[scores.size()];
        for (int i = 0; i < out.length; i++) {
            for (int c = 1; c < CLASSES; c++) {
                if (scores.values()[i * CLASSES + c] > scores.values()[i * CLASSES + out[i]]) {
                    out[i] = c;
                }
            }
        }
        return out;
    }

    private FeatureSet outputs(
            ScalableModel model,
            WidthLevel level,
            String what,
            int count,
            FeatureExtractor.Images source,
            LabelledImages images,
            int[] indices)
            throws IOException {
        String digest = ModelDigest.of(model);
        Path file = folder.resolve(digest.substring(0, 16) + "-" + level.name() + "-" + what + ".bin");
        if (!Files.exists(file)) {
            FeatureSet made;
            try (Session session = Backends.find("cpu").open(model, SessionOptions.DEFAULT.withBatch(BATCH))) {
                made = FeatureExtractor.extract(
                        session, level, count, CLASSES, source, i -> images.label(indices[i]), n -> {});
            }
            write(file, made);
            System.out.println("wrote " + file.getFileName());
        }
        return read(file, model, digest, level);
    }

    private static void write(Path file, FeatureSet f) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
            out.writeInt(f.size());
            out.writeInt(f.dims());
            for (int l : f.labels()) {
                out.writeInt(l);
            }
            for (float v : f.values()) {
                out.writeFloat(v);
            }
        }
        Files.move(part, file);
    }

    private static FeatureSet read(Path file, ScalableModel model, String digest, WidthLevel level) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int size = in.readInt();
            int dims = in.readInt();
            int[] labels = new int[size];
            for (int i = 0; i < size; i++) {
                labels[i] = in.readInt();
            }
            float[] values = new float[size * dims];
            for (int i = 0; i < values.length; i++) {
                values[i] = in.readFloat();
            }
            return new FeatureSet(model.name(), digest, level.name(), CLASSES, dims, values, labels);
        }
    }

    /** Makes what is missing: {@code FOLDER TRAIN TEST IMAGES MODEL...}, trunks and answers of each model at each level. */
    public static void main(String[] args) throws IOException {
        SkewedStreamCache cache =
                new SkewedStreamCache(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]), Integer.parseInt(args[3]));
        for (int i = 4; i < args.length; i++) {
            ScalableModel model = model(args[i]);
            FeatureSet scores = cache.test(model, model.full());
            int[] answers = answers(scores);
            int right = 0;
            for (int k = 0; k < answers.length; k++) {
                right += answers[k] == scores.labels()[k] ? 1 : 0;
            }
            System.out.printf("%s: %d right of %d%n", args[i], right, answers.length);
            ScalableModel trunk = trunk(model);
            for (WidthLevel level : trunk.levels()) {
                cache.training(trunk, level);
                FeatureSet f = cache.test(trunk, level);
                System.out.printf(
                        "%s %s: %d features, %.1f MMAC%n", args[i], level.name(), f.dims(), macs(trunk, level) / 1e6);
            }
        }
    }
}
