package io.dms.serve;

import io.dms.serve.protocol.ServerInfo;
import java.util.List;

/** What the server says of itself. */
final class About {
    /** Name, version, and what it has beyond the protocol's core. */
    static final ServerInfo SERVER = new ServerInfo(
            "dms",
            version(),
            List.of("binary_tensor_data", "classification", "statistics", "dms_levels", "dms_wire_types"));

    private About() {}

    private static String version() {
        String v = About.class.getPackage().getImplementationVersion();
        return v == null ? "development" : v;
    }
}
