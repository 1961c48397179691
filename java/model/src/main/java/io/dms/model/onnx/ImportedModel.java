package io.dms.model.onnx;

import io.dms.model.Graph;
import io.dms.model.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an ONNX file holds.
 *
 * @param graph the network in canonical form (see {@link Graph})
 * @param metadata the file's {@code metadata_props}
 * @param unusedInitializers constants that no node of the file reads
 * @param foreignNodes names of the nodes that this version imports but does not understand: operators outside the
 *     supported list, or in a form that is not supported
 */
public record ImportedModel(
        Graph graph, Map<String, String> metadata, Map<String, Tensor> unusedInitializers, List<String> foreignNodes) {
    /** Copies the collections. */
    public ImportedModel {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        unusedInitializers = Collections.unmodifiableMap(new LinkedHashMap<>(unusedInitializers));
        foreignNodes = List.copyOf(foreignNodes);
    }
}
