package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.NvInfer.ParserError;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.model.Node;
import java.util.ArrayList;
import java.util.List;

/** What the library's parser did not like, by the names of the network's nodes. */
final class ParserErrors {
    private final Device device;
    private final EngineRequest request;

    ParserErrors(Device device, EngineRequest request) {
        this.device = device;
        this.request = request;
    }

    /** One line: every node that the parser refused, and what to do. */
    String describe(long parser) {
        List<String> all = new ArrayList<>();
        int n = device.nv().parserErrors(parser);
        for (int i = 0; i < n; i++) {
            all.add(describe(device.nv().parserError(parser, i)));
        }
        if (all.isEmpty()) {
            all.add(device.said());
        }
        return "TensorRT " + device.nv().version() + " can't read level " + request.level() + " of " + request.model()
                + ": " + String.join("; ", all) + ": choose another backend, or export the model without it";
    }

    private String describe(ParserError e) {
        String description = e.description().lines().findFirst().orElse("").strip();
        List<Node> nodes = request.network().nodes();
        String name = e.name();
        if ((name == null || name.isEmpty()) && e.node() >= 0 && e.node() < nodes.size()) {
            name = nodes.get(e.node()).name();
        }
        String shown = name;
        String op = nodes.stream()
                .filter(n -> n.name().equals(shown))
                .map(n -> " (" + n.op() + ")")
                .findFirst()
                .orElse("");
        return name == null || name.isEmpty() ? description : "node " + name + op + ": " + description;
    }
}
