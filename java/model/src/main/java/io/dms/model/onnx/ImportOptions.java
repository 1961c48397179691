package io.dms.model.onnx;

import io.dms.model.Shape;
import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a person may say about a file that the file leaves open, and what it will be used for.
 *
 * @param inputShapes shape by name of a network input, for inputs whose height, width or channels are open in the file;
 *     a leading {@link Shape#BATCH} or 1 leaves the batch open
 * @param forEngines that its {@linkplain io.dms.model.Graph#digest digest} will be asked for at once
 */
public record ImportOptions(Map<String, Shape> inputShapes, boolean forEngines) {
    /** Everything as the file has it. */
    public static final ImportOptions DEFAULT = new ImportOptions(Map.of(), false);

    /** Copies the map. */
    public ImportOptions {
        inputShapes = Collections.unmodifiableMap(new LinkedHashMap<>(inputShapes));
    }

    /** These options with the shape of one more input. */
    public ImportOptions withInputShape(String input, Shape shape) {
        Map<String, Shape> shapes = new LinkedHashMap<>(inputShapes);
        shapes.put(input, shape);
        return new ImportOptions(shapes, forEngines);
    }

    /**
     * These options for a model that will run with the backend {@code tensorrt}, which finds its engines by the model's
     * digest: other threads read the weights for it, from Java's common pool, while the structure is still looked at.
     */
    public ImportOptions withEngines() {
        return new ImportOptions(inputShapes, true);
    }

    /**
     * These options with the shape of one more input as on the command line: {@code name:1x3x224x224}, {@code N} for an
     * open batch.
     *
     * @throws UserException if the text has another form
     */
    public ImportOptions withInputShape(String spec) {
        int colon = spec.lastIndexOf(':');
        List<Integer> dims = new ArrayList<>();
        boolean good = colon > 0 && colon < spec.length() - 1;
        for (String part : good ? spec.substring(colon + 1).split("[x,]", -1) : new String[0]) {
            if (dims.isEmpty() && part.equals("N")) {
                dims.add(Shape.BATCH);
            } else if (part.matches("[1-9][0-9]{0,8}")) {
                dims.add(Integer.parseInt(part));
            } else {
                good = false;
            }
        }
        if (!good) {
            throw new UserException("an input shape is written name:1x3x224x224, not " + Text.clean(spec));
        }
        return withInputShape(
                spec.substring(0, colon),
                Shape.of(dims.stream().mapToInt(Integer::intValue).toArray()));
    }
}
