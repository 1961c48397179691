package io.dms.serve;

import io.dms.model.UserException;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a server serves.
 *
 * @param host name or address to listen on
 * @param httpPort for REST; 0 for a free one, -1 for none
 * @param grpcPort for gRPC; 0 for a free one, -1 for none
 * @param certificate PEM file of the certificate and those above it; null for no TLS
 * @param key PEM file of its private key (PKCS #8); null with {@code certificate}
 * @param token what requests must bring as {@code Authorization: Bearer TOKEN}; null for none
 * @param backend what runs the models, as on the command line
 * @param workers requests that run at a time, each with a session of its own; 0 for as many as there are cores
 * @param threads threads inside one call; 0 to share the cores among the workers
 * @param precision the arithmetic of all models
 * @param launch how a GPU is given its work
 * @param maxConcurrent requests that run or wait at a time; more are refused as busy
 * @param maxBytes of one request
 * @param maxBatch images of one request
 * @param readTimeout from the start of a request until all of it was received
 * @param idleTimeout of a connection on which nothing moves
 * @param grace how long requests may take to end at shutdown
 */
public record ServerOptions(
        String host,
        int httpPort,
        int grpcPort,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable AccessToken token,
        String backend,
        int workers,
        int threads,
        Precision precision,
        Launch launch,
        int maxConcurrent,
        int maxBytes,
        int maxBatch,
        Duration readTimeout,
        Duration idleTimeout,
        Duration grace) {
    /** This machine only, ports 8000 and 8001, no TLS, no token, 64 requests of at most 64 MiB. */
    public static final ServerOptions DEFAULT = new ServerOptions(
            "127.0.0.1",
            8000,
            8001,
            null,
            null,
            null,
            "cpu",
            0,
            0,
            Precision.FP32,
            Launch.GRAPH,
            64,
            64 << 20,
            64,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(10));

    /** Checks the ranges. */
    public ServerOptions {
        port("--http-port", httpPort);
        port("--grpc-port", grpcPort);
        if (httpPort < 0 && grpcPort < 0) {
            throw new UserException("a server needs --http-port or --grpc-port: both are none");
        }
        if (httpPort > 0 && httpPort == grpcPort) {
            throw new UserException("--http-port and --grpc-port must differ: both are " + httpPort);
        }
        if ((certificate == null) != (key == null)) {
            throw new UserException("--tls-cert and --tls-key belong together: give both or none");
        }
        range("--workers", workers, 0, 1024);
        range("--threads", threads, 0, 1024);
        range("--max-concurrent", maxConcurrent, 1, 100_000);
        range("--max-bytes", maxBytes, 1024, 1 << 30);
        range("--max-batch", maxBatch, 1, 4096);
        positive("--read-timeout", readTimeout);
        positive("--idle-timeout", idleTimeout);
    }

    private static void port(String what, int port) {
        range(what, port, -1, 65535);
    }

    private static void range(String what, int v, int least, int most) {
        if (v < least || v > most) {
            throw new UserException(what + " must be between " + least + " and " + most + ": " + v);
        }
    }

    private static void positive(String what, Duration d) {
        if (d.toMillis() < 1) {
            throw new UserException(what + " must be at least 1 ms: " + d.toMillis() + "ms");
        }
    }

    /** These options on other ports. */
    public ServerOptions withPorts(int http, int grpc) {
        return new ServerOptions(
                host,
                http,
                grpc,
                certificate,
                key,
                token,
                backend,
                workers,
                threads,
                precision,
                launch,
                maxConcurrent,
                maxBytes,
                maxBatch,
                readTimeout,
                idleTimeout,
                grace);
    }

    /** These options with TLS and a token, either of them null for none. */
    public ServerOptions withSecurity(@Nullable Path certificate, @Nullable Path key, @Nullable AccessToken token) {
        return new ServerOptions(
                host,
                httpPort,
                grpcPort,
                certificate,
                key,
                token,
                backend,
                workers,
                threads,
                precision,
                launch,
                maxConcurrent,
                maxBytes,
                maxBatch,
                readTimeout,
                idleTimeout,
                grace);
    }

    /** These options with other workers. */
    public ServerOptions withWorkers(String backend, int workers, int threads) {
        return new ServerOptions(
                host,
                httpPort,
                grpcPort,
                certificate,
                key,
                token,
                backend,
                workers,
                threads,
                precision,
                launch,
                maxConcurrent,
                maxBytes,
                maxBatch,
                readTimeout,
                idleTimeout,
                grace);
    }

    /** These options with other limits. */
    public ServerOptions withLimits(int maxConcurrent, int maxBytes, Duration readTimeout, Duration grace) {
        return new ServerOptions(
                host,
                httpPort,
                grpcPort,
                certificate,
                key,
                token,
                backend,
                workers,
                threads,
                precision,
                launch,
                maxConcurrent,
                maxBytes,
                maxBatch,
                readTimeout,
                idleTimeout,
                grace);
    }

    /** Workers, the number of cores in place of 0. */
    int workersHere() {
        return workers > 0 ? workers : Runtime.getRuntime().availableProcessors();
    }

    /** Threads inside one call, a share of the cores in place of 0. */
    int threadsHere() {
        return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / workersHere());
    }
}
