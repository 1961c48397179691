package io.dms.serve.protocol;

import java.util.List;

/**
 * What a server says of itself.
 *
 * @param name of the server
 * @param version of it
 * @param extensions beyond the protocol's core, by the names that the protocol's users know
 */
public record ServerInfo(String name, String version, List<String> extensions) {
    /** Copies the list. */
    public ServerInfo {
        extensions = List.copyOf(extensions);
    }
}
