package io.dms.cli;

import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.BundledModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reading models for commands. */
final class ModelInput {
    private ModelInput() {}

    /**
     * How to read a file.
     *
     * @param shapes {@code --input-shape}, each {@code name:1x3x224x224}
     * @throws UserException if there is no such file, or a shape has another form
     */
    static ImportOptions options(Path file, List<String> shapes) {
        if (!Files.exists(file)) {
            throw new UserException("there is no file " + file + ": check the name");
        }
        ImportOptions options = ImportOptions.DEFAULT;
        for (String shape : shapes) {
            options = options.withInputShape(shape);
        }
        return options;
    }

    /**
     * A scalable model from its file; any other ONNX file as a model of one level, named as the file. Null is the bundled
     * model.
     */
    static ScalableModel scalable(@Nullable Path file, List<String> shapes) {
        return scalable(file, shapes, "");
    }

    /** The same for a backend of this name. */
    static ScalableModel scalable(@Nullable Path file, List<String> shapes, String backend) {
        if (file == null) {
            if (!shapes.isEmpty()) {
                throw new UserException("--input-shape is for a model of yours, whose file leaves shapes open: the"
                        + " bundled one's are known");
            }
            return BundledModels.resnet20Cifar10();
        }
        ImportOptions options = options(file, shapes);
        ScalableModel read =
                ScalableModelFile.readAny(file, backend.equals("tensorrt") ? options.withEngines() : options);
        boolean ordinary = read.groups().groups().isEmpty();
        return ordinary
                ? new ScalableModel(stem(file), read.graph(), read.groups(), read.levels(), null, read.provenance())
                : read;
    }

    /** A file's name without its folder and its ending. */
    static String stem(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("\\.onnx$", "");
    }

    /**
     * The levels that a command is about, widest first.
     *
     * @param widths what was asked for, or null for the levels of the file
     * @throws UserException if a width is not in (0, 1], or the model can't be cut
     */
    static List<WidthLevel> levels(ScalableModel model, double @Nullable [] widths) {
        if (widths == null) {
            return model.levels();
        }
        Set<Double> wanted = new LinkedHashSet<>();
        for (double w : widths) {
            wanted.add(checkedWidth(model, w));
        }
        List<WidthLevel> out = new ArrayList<>();
        wanted.stream().sorted((a, b) -> Double.compare(b, a)).forEach(w -> out.add(model.level(w)));
        return out;
    }

    /** A width in (0, 1], below 1 only where the model has channels to cut. */
    static double checkedWidth(ScalableModel model, double width) {
        if (!(width > 0 && width <= 1)) {
            throw new UserException("width must be above 0 and at most 1: " + width);
        }
        if (width < 1 && model.groups().groups().stream().allMatch(g -> g.frozen())) {
            throw new UserException("model " + model.name() + " has no width but 1: make a scalable model of it with"
                    + " \"dms compile\" first");
        }
        return width;
    }
}
