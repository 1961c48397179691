package io.dms.cli.data;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The proxy that {@code https_proxy} (or {@code HTTPS_PROXY}) names, as other tools take it, for HTTPS addresses; the
 * JDK's own settings for everything else.
 */
final class EnvironmentProxy extends ProxySelector {
    private final @Nullable Proxy proxy;

    /** @param environment value by name of a variable */
    EnvironmentProxy(UnaryOperator<@Nullable String> environment) {
        String lower = environment.apply("https_proxy");
        String address = lower == null || lower.isBlank() ? environment.apply("HTTPS_PROXY") : lower;
        proxy = address == null || address.isBlank() ? null : parse(address.strip());
    }

    private static @Nullable Proxy parse(String address) {
        URI uri;
        try {
            uri = URI.create(address.contains("://") ? address : "http://" + address);
        } catch (IllegalArgumentException e) {
            return null;
        }
        if (uri.getHost() == null) {
            return null;
        }
        int port = uri.getPort() < 0 ? 3128 : uri.getPort();
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port));
    }

    @Override
    public List<Proxy> select(URI uri) {
        if (proxy != null && "https".equals(uri.getScheme())) {
            return List.of(proxy);
        }
        ProxySelector system = ProxySelector.getDefault();
        return system == null ? List.of(Proxy.NO_PROXY) : Objects.requireNonNull(system.select(uri));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // the client reports the failure itself
    }
}
