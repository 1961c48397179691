package io.dms.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.backend.tensorrt.cache.EngineStore;
import io.dms.backend.tensorrt.cache.StoredEngine;
import io.dms.cli.report.EnginesTable;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cache a command of {@code dms engines} is about, and where its result goes. */
final class EnginesOutput {
    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "The cache (default: dms/engines in $XDG_CACHE_HOME or ~/.cache).")
    private @Nullable Path cache;

    @Option(names = "--json", paramLabel = "FILE", description = "Write it as JSON; \"-\" for standard output.")
    private @Nullable String json;

    Path folder() {
        return cache == null ? EngineCache.defaultFolder() : cache;
    }

    /** The cache, null where there is none yet. */
    @Nullable
    EngineStore store() {
        return EngineStore.open(folder());
    }

    void check() {
        if (json != null && !json.equals(JsonFile.STANDARD_OUTPUT)) {
            Targets.writable(Path.of(json));
        }
    }

    /** What all results begin with. */
    ObjectNode head() {
        ObjectNode node = JsonFile.object();
        node.put("schema", 1);
        node.put("tool", "dms");
        node.put("version", Version.dms());
        node.put("folder", folder().toString());
        return node;
    }

    static void engines(ArrayNode into, List<StoredEngine> engines) {
        engines.forEach(e -> EnginesTable.json(into.addObject(), e));
    }

    /** Writes the object where it was asked for, and the lines unless it went to standard output. */
    void write(Console console, ObjectNode node, List<String> lines) {
        if (json != null) {
            JsonFile.write(console, json, node);
        }
        if (!JsonFile.STANDARD_OUTPUT.equals(json)) {
            lines.forEach(console::print);
        }
    }
}
