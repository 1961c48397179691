package io.dms.schedule.special;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import io.dms.model.onnx.ImportedModel;
import io.dms.model.onnx.OnnxImporter;
import io.dms.model.onnx.OnnxWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Heads as ordinary ONNX files: one Gemm, and which class each row stands for as metadata. */
public final class HeadFile {
    private static final String CLASSES = "dms.head.classes";

    private HeadFile() {}

    /** The graph of a head: features [N, dims] to scores [N, rows]. */
    public static Graph graph(LinearHead head, String name) {
        Shape in = Shape.of(Shape.BATCH, head.dims());
        Shape out = Shape.of(Shape.BATCH, head.rows());
        Node gemm =
                Node.of("head", "Gemm", List.of("features", "weight", "bias"), List.of("scores"), Map.of("transB", 1L));
        return new Graph(
                name,
                List.of(new Graph.Value("features", in)),
                List.of(new Graph.Value("scores", out)),
                List.of(gemm),
                Map.of(
                        "weight", Tensor.ofFloats(Shape.of(head.rows(), head.dims()), head.weights()),
                        "bias", Tensor.ofFloats(Shape.of(head.rows()), head.bias())),
                Map.of("features", in, "scores", out));
    }

    /**
     * Writes a head: whole, or not at all.
     *
     * @throws io.dms.model.DmsException if the file can't be written
     */
    public static void write(LinearHead head, String name, Path file) {
        String classes =
                Arrays.stream(head.classes()).mapToObj(Integer::toString).collect(Collectors.joining(" "));
        OnnxWriter.write(graph(head, name), Map.of(CLASSES, classes), Map.of(), file);
    }

    /**
     * Reads a head.
     *
     * @throws UserException if there is no such file, or it holds no head
     */
    public static LinearHead read(Path file) {
        ImportedModel model = OnnxImporter.read(file);
        String classes = model.metadata().get(CLASSES);
        List<Node> nodes = model.graph().nodes();
        if (classes == null || nodes.size() != 1 || !nodes.get(0).is("Gemm")) {
            throw new UserException(file + " holds no head: build the catalog again");
        }
        Tensor weight = model.graph().initializer(nodes.get(0).input(1));
        Tensor bias = model.graph().initializer(nodes.get(0).input(2));
        if (weight == null || bias == null) {
            throw new UserException(file + " holds a head without weights: build the catalog again");
        }
        try {
            int[] ids = Arrays.stream(classes.split(" "))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            return new LinearHead(ids, weight.shape().dim(1), weight.floats(), bias.floats());
        } catch (NumberFormatException e) {
            throw new UserException(file + " names classes that are no numbers: build the catalog again", e);
        }
    }
}
