package io.dms.fieldkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.Graph;
import io.dms.model.LevelExport;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import io.dms.model.WidthLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The networks of {@link PeerStep} for the other side, which builds each anew: of every level the convolutions in order,
 * as inputs, outputs, window, stride and groups, and how many weights there are in all. Counts of channels are rounded by
 * our own rules, which nobody else has to know.
 */
final class PeerNetworks {
    private PeerNetworks() {}

    /** Writes {@code networks.json}. */
    static void write(Path folder, int size, Map<String, ScalableModel> models) throws IOException {
        ObjectNode root = new ObjectMapper().createObjectNode().put("size", size);
        ArrayNode networks = root.putArray("networks");
        models.forEach((name, model) -> {
            for (WidthLevel level : model.levels()) {
                ObjectNode network = networks.addObject().put("model", name).put("width", level.width());
                describe(network, LevelExport.graph(model, level));
            }
        });
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("networks.json"), root.toString());
    }

    private static void describe(ObjectNode network, Graph graph) {
        long parameters = 0;
        ArrayNode convolutions = network.putArray("convolutions");
        for (Node node : graph.nodes()) {
            if (!node.is("Conv") && !node.is("Gemm")) {
                continue;
            }
            Tensor weights = Objects.requireNonNull(graph.initializer(node.input(1)));
            // A bias may be missing here: the other side has one everywhere, as our folded normalisation has.
            Shape shape = weights.shape();
            int outputs = shape.dim(0);
            parameters += weights.elements() + outputs;
            if (node.is("Gemm")) {
                network.put("classes", outputs);
            } else {
                int groups = node.intAttr("group", 1);
                int[] stride = Objects.requireNonNullElse(node.intsOrNull("strides"), new int[] {1});
                List.of(shape.dim(1) * groups, outputs, shape.dim(2), stride[0], groups)
                        .forEach(convolutions.addArray()::add);
            }
        }
        network.put("parameters", parameters);
    }
}
