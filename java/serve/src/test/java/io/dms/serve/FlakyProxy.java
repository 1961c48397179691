package io.dms.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Stands between client and server on the loopback and spoils one request when told to. */
final class FlakyProxy implements AutoCloseable {
    /** What happens. */
    enum Kind {
        /** The connection is reset. */
        RESET,
        /** The connection is closed. */
        CLOSE,
        /** Nothing moves any more, and nobody says so. */
        STALL,
        /** Bytes that mean nothing, then the end. */
        GARBAGE,
        /** The server dies. */
        DEATH
    }

    /**
     * A fault that waits for its moment.
     *
     * @param request true for the bytes of a request, false for those of an answer
     * @param after so many bytes
     */
    record Fault(Kind kind, boolean request, int after) {}

    private final ServerSocket listening;
    private final IntSupplier target;
    private final Runnable death;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Fault> armed = new AtomicReference<>();
    private final AtomicInteger injected = new AtomicInteger();

    FlakyProxy(IntSupplier target, Runnable death) throws IOException {
        this.target = target;
        this.death = death;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("proxy-accept", this::accept);
    }

    private static void start(String name, Runnable what) {
        Thread t = new Thread(what, name);
        t.setDaemon(true);
        t.start();
    }

    int port() {
        return listening.getLocalPort();
    }

    void arm(Fault fault) {
        armed.set(fault);
    }

    /** Takes the fault back where it has not happened yet. */
    void disarm() {
        armed.set(null);
    }

    int injected() {
        return injected.get();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                client.setTcpNoDelay(true);
                open.add(client);
                int port = target.getAsInt();
                if (port < 0) {
                    reset(client);
                    continue;
                }
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                server.setTcpNoDelay(true);
                open.add(server);
                start("proxy-up", () -> pump(client, server, true));
                start("proxy-down", () -> pump(server, client, false));
            } catch (IOException e) {
                // the server is away, or the proxy ends
            }
        }
    }

    private void pump(Socket from, Socket to, boolean request) {
        byte[] buffer = new byte[2048];
        Fault seen = null;
        int since = 0;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                Fault f = armed.get();
                if (f == null || f.request() != request) {
                    seen = null;
                } else {
                    since = f.equals(seen) ? since : 0;
                    seen = f;
                    if (since + n > f.after() && armed.compareAndSet(f, null)) {
                        out.write(buffer, 0, f.after() - since);
                        out.flush();
                        injected.incrementAndGet();
                        happen(f, request ? from : to, request ? to : from);
                        return;
                    }
                    since += n;
                }
                out.write(buffer, 0, n);
                out.flush();
            }
        } catch (IOException e) {
            // one side has gone
        }
        close(from);
        close(to);
    }

    private void happen(Fault f, Socket client, Socket server) throws IOException {
        switch (f.kind()) {
            case RESET -> {
                reset(client);
                reset(server);
            }
            case CLOSE -> {
                close(client);
                close(server);
            }
            case STALL -> {
                // both sides wait
            }
            case GARBAGE -> {
                byte[] junk = new byte[64];
                java.util.Arrays.fill(junk, (byte) 0x5a);
                client.getOutputStream().write(junk);
                client.getOutputStream().flush();
                close(client);
                close(server);
            }
            case DEATH -> {
                death.run();
                close(client);
                close(server);
            }
        }
    }

    private void reset(Socket s) {
        try {
            s.setSoLinger(true, 0);
        } catch (IOException e) {
            // it is closed already
        }
        close(s);
    }

    private void close(Socket s) {
        open.remove(s);
        try {
            s.close();
        } catch (IOException e) {
            // it is closed already
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        open.forEach(this::close);
    }
}
