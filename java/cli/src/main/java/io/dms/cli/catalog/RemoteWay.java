package io.dms.cli.catalog;

import io.dms.serve.AccessToken;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the servers that variants of a catalog run on.
 *
 * @param server address that takes the place of all in the catalog, or null
 * @param token what they want to see, or null
 * @param trust PEM file of certificates, or null for those of the JDK
 * @param sendJoules of the device for sending one request
 */
public record RemoteWay(
        @Nullable String server,
        @Nullable AccessToken token,
        @Nullable Path trust,
        double sendJoules) {
    /** As the catalog says. */
    public static final RemoteWay OF_CATALOG = new RemoteWay(null, null, null, 0);
}
