package io.dms.serve.client;

import io.dms.model.UserException;
import io.dms.serve.AccessToken;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which server to ask, and how.
 *
 * @param address {@code grpc://host:port} or {@code http://host:port}, {@code grpcs} or {@code https} with TLS
 * @param token what the server wants to see, or null
 * @param trust PEM file of the certificates that are trusted; null for those of the JDK
 * @param attempts most times that one request is sent, at least 1
 * @param backoff wait before the second attempt, doubled before each further one, a random half of it left out
 * @param maxBytes of one answer
 */
public record ClientOptions(
        URI address, @Nullable AccessToken token, @Nullable Path trust, int attempts, Duration backoff, int maxBytes) {
    /** @throws UserException if the address has another form */
    public ClientOptions {
        String scheme = String.valueOf(address.getScheme());
        if (!scheme.matches("grpcs?|https?") || address.getHost() == null || address.getPort() < 1) {
            throw new UserException(
                    "a server's address is grpc://HOST:PORT or http://HOST:PORT, grpcs or https with TLS," + " not \""
                            + address + "\"");
        }
        if (attempts < 1 || attempts > 100) {
            throw new UserException("attempts must be between 1 and 100: " + attempts);
        }
        if (backoff.isNegative()) {
            throw new UserException("the backoff must not be negative: " + backoff.toMillis() + "ms");
        }
    }

    /**
     * A server by its address: no token, two attempts, 20 ms before the second, answers of at most 64 MiB.
     *
     * @throws UserException if the address has another form
     */
    public static ClientOptions of(String address) {
        try {
            return new ClientOptions(new URI(address), null, null, 2, Duration.ofMillis(20), 64 << 20);
        } catch (URISyntaxException e) {
            throw new UserException("\"" + address + "\" is no address: write grpc://HOST:PORT or http://HOST:PORT", e);
        }
    }

    /** These options with a token and trusted certificates, either of them null for none. */
    public ClientOptions withSecurity(@Nullable AccessToken token, @Nullable Path trust) {
        return new ClientOptions(address, token, trust, attempts, backoff, maxBytes);
    }

    /** These options with another rule of retries. */
    public ClientOptions withAttempts(int attempts, Duration backoff) {
        return new ClientOptions(address, token, trust, attempts, backoff, maxBytes);
    }

    boolean tls() {
        return String.valueOf(address.getScheme()).endsWith("s");
    }

    boolean grpc() {
        return String.valueOf(address.getScheme()).startsWith("grpc");
    }
}
