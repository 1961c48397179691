package io.dms.serve;

import io.dms.model.UserException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server of the Open Inference Protocol, version 2, over REST and gRPC. What a request may ask for beyond the protocol
 * stands in {@link io.dms.serve.protocol.Parameters}: a width, a level or a goal; the answer says which level ran. Open
 * means ready: all sessions are open and all levels prepared. Thread-safe.
 */
public final class InferenceServer implements AutoCloseable {
    private final ServerOptions options;
    private final Engine engine;
    private @Nullable GrpcEndpoint grpc;
    private @Nullable RestEndpoint rest;

    private InferenceServer(Engine engine) {
        this.engine = engine;
        this.options = engine.options();
    }

    /**
     * Opens a server.
     *
     * @throws UserException if two models have one name, a backend can't run one, or a certificate is unusable
     * @throws io.dms.model.EnvironmentException if a port can't be had, or a library or device is missing
     */
    public static InferenceServer open(List<ModelSpec> models, ServerOptions options) {
        Path certificate = options.certificate();
        Path key = options.key();
        if (certificate != null && key != null) {
            // Before all models are made ready, which may take minutes.
            TlsFiles.identity(certificate, key);
        }
        InferenceServer s = new InferenceServer(new Engine(models, options));
        try {
            s.listen();
            return s;
        } catch (RuntimeException | Error e) {
            s.kill();
            s.engine.close();
            throw e;
        }
    }

    private void listen() {
        if (options.grpcPort() >= 0) {
            grpc = new GrpcEndpoint(engine);
        }
        if (options.httpPort() >= 0) {
            rest = new RestEndpoint(engine);
        }
    }

    /** Cuts all connections and listens no more, while the sessions stay open: what a crash looks like from outside. */
    void kill() {
        GrpcEndpoint g = grpc;
        RestEndpoint r = rest;
        grpc = null;
        rest = null;
        if (g != null) {
            g.kill();
        }
        if (r != null) {
            r.kill();
        }
    }

    /** Listens again after {@link #kill}. */
    void revive() {
        listen();
    }

    /** The port of REST, -1 where there is none. */
    public int httpPort() {
        RestEndpoint r = rest;
        return r == null ? -1 : r.port();
    }

    /** The port of gRPC, -1 where there is none. */
    public int grpcPort() {
        GrpcEndpoint g = grpc;
        return g == null ? -1 : g.port();
    }

    /** Names of the models, in the order given. */
    public List<String> models() {
        return engine.models().stream().map(m -> m.info().name()).toList();
    }

    /** Requests that were answered so far, over all models. */
    public long answered() {
        return engine.models().stream()
                .mapToLong(m -> m.statistics().snapshot().executions())
                .sum();
    }

    /**
     * Ends: new requests are refused, those that run may end within the grace, then connections are closed. Idempotent.
     */
    @Override
    public void close() {
        engine.drain(options.grace());
        GrpcEndpoint g = grpc;
        RestEndpoint r = rest;
        grpc = null;
        rest = null;
        if (g != null) {
            g.close();
        }
        if (r != null) {
            r.close();
        }
        engine.close();
    }
}
