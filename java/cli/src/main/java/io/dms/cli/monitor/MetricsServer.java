package io.dms.cli.monitor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.Snapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers {@code GET /metrics} with Prometheus text, one request after the other. Listens on this machine's own address
 * unless another is given.
 */
public final class MetricsServer implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("(?:(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9.-]*):)?(\\d{1,5})");

    private final BoardMonitor monitor;
    private final Snapshot snapshot;
    private final HttpServer server;
    private final ExecutorService thread;

    private MetricsServer(BoardMonitor monitor, HttpServer server) {
        this.monitor = monitor;
        this.snapshot = monitor.snapshot();
        this.server = server;
        this.thread = Executors.newSingleThreadExecutor(r -> {
            Thread t = new Thread(r, "dms-metrics");
            t.setDaemon(true);
            return t;
        });
    }

    /**
     * Reads {@code :9464}, {@code 9464}, {@code 0.0.0.0:9464} or {@code [::1]:9464}.
     *
     * @throws UserException where it is none of these, or the name is unknown
     */
    public static InetSocketAddress address(String text) {
        Matcher m = ADDRESS.matcher(text);
        int port = m.matches() ? Integer.parseInt(m.group(2)) : -1;
        if (port < 0 || port > 65535) {
            throw new UserException("--serve takes [HOST]:PORT, as in :9464 or 0.0.0.0:9464, not " + text);
        }
        String host = m.group(1);
        InetSocketAddress address = host == null || host.isEmpty()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port)
                : new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UserException("--serve: there is no host " + host);
        }
        return address;
    }

    /**
     * Starts to answer.
     *
     * @throws EnvironmentException where the address is taken or not this machine's
     */
    public static MetricsServer start(BoardMonitor monitor, InetSocketAddress address) {
        try {
            MetricsServer server = new MetricsServer(monitor, HttpServer.create(address, 16));
            server.server.createContext("/", server::answer);
            server.server.setExecutor(server.thread);
            server.server.start();
            return server;
        } catch (IOException e) {
            throw new EnvironmentException(
                    "can't serve at " + address.getHostString() + ":" + address.getPort() + ": " + e.getMessage()
                            + "; choose another port",
                    e);
        }
    }

    /** Where it answers. */
    public String url() {
        InetSocketAddress at = server.getAddress();
        String host = at.getAddress().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + at.getPort() + "/metrics";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean get = exchange.getRequestMethod().matches("GET|HEAD");
            String path = exchange.getRequestURI().getPath();
            if (!get) {
                send(exchange, 405, "text/plain; charset=utf-8", "only GET\n".getBytes(StandardCharsets.UTF_8));
            } else if ("/metrics".equals(path)) {
                monitor.latest(snapshot);
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                Prometheus.write(out, monitor, snapshot);
                send(exchange, 200, Prometheus.CONTENT_TYPE, out.toByteArray());
            } else {
                send(exchange, 404, "text/plain; charset=utf-8", "see /metrics\n".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }
}
