package io.dms.compiler;

import io.dms.model.Graph;
import java.util.List;

/**
 * A network as it was imported.
 *
 * @param graph canonical
 * @param file name of its file, without folders
 * @param sha256 digest of its file in hexadecimal, empty where there is no file
 * @param foreignNodes names of nodes whose operators are not understood
 */
public record SourceNetwork(Graph graph, String file, String sha256, List<String> foreignNodes) {}
