package io.dms.serve;

import io.dms.model.EnvironmentException;
import java.nio.file.Path;
import javax.net.ssl.TrustManager;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The REST side of a server: HTTP/1.1 on Jetty. */
final class RestEndpoint implements AutoCloseable {
    private static final int HEADER_BYTES = 16 << 10;
    /** What is read at a time: images come in few pieces. */
    private static final int INPUT_BYTES = 128 << 10;
    /** Memory that stays for buffers, of the heap and outside it each. */
    private static final int KEPT_BYTES = 16 << 20;

    private final Server server;
    private final ServerConnector connector;

    /** @throws EnvironmentException if the port can't be had */
    RestEndpoint(Engine engine) {
        ServerOptions o = engine.options();
        QueuedThreadPool threads = new QueuedThreadPool(Math.max(16, 2 * o.workersHere() + 8), 4);
        threads.setName("serve-http");
        threads.setDaemon(true);
        // Jetty's own pool keeps buffers of up to 64 KiB and has larger ones made, cleared and freed each time.
        ArrayByteBufferPool buffers =
                new ArrayByteBufferPool(0, 4 << 10, INPUT_BYTES, Integer.MAX_VALUE, KEPT_BYTES, KEPT_BYTES);
        server = new Server(threads, null, buffers);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        http.setRequestHeaderSize(HEADER_BYTES);
        HttpConnectionFactory factory = new HttpConnectionFactory(http);
        factory.setInputBufferSize(INPUT_BYTES);
        Path certificate = o.certificate();
        Path key = o.key();
        if (certificate == null || key == null) {
            connector = new ServerConnector(server, 1, 2, factory);
        } else {
            SslContextFactory.Server tls = new SslContextFactory.Server();
            tls.setSslContext(TlsFiles.context(TlsFiles.identity(certificate, key), new TrustManager[0]));
            connector =
                    new ServerConnector(server, 1, 2, new SslConnectionFactory(tls, factory.getProtocol()), factory);
        }
        connector.setHost(o.host());
        connector.setPort(o.httpPort());
        connector.setIdleTimeout(o.idleTimeout().toMillis());
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(Math.max(64, 4 * o.maxConcurrent()), server));
        server.setHandler(new RestHandler(engine));
        server.setStopTimeout(0);
        try {
            server.start();
        } catch (Exception e) {
            kill();
            throw new EnvironmentException(
                    "can't listen on " + o.host() + ":" + o.httpPort() + " for REST: " + e.getMessage()
                            + "; choose another --http-port or --host",
                    e);
        }
    }

    int port() {
        return connector.getLocalPort();
    }

    /** Ends at once: requests in flight are cut. */
    void kill() {
        try {
            connector.getConnectedEndPoints().forEach(org.eclipse.jetty.io.EndPoint::close);
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP server does not stop: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
