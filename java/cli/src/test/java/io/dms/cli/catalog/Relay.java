package io.dms.cli.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to a server on the loopback that can be cut at once, in the middle of whatever is under way. */
final class Relay implements AutoCloseable {
    private final ServerSocket door;
    private final int target;
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    Relay(int target) {
        this.target = target;
        try {
            door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::welcome);
    }

    int port() {
        return door.getLocalPort();
    }

    private static void start(Runnable work) {
        Thread t = new Thread(work, "relay");
        t.setDaemon(true);
        t.start();
    }

    private void welcome() {
        try {
            while (true) {
                Socket in = door.accept();
                Socket out = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(in);
                open.add(out);
                if (door.isClosed()) {
                    close();
                }
                start(() -> pass(in, out));
                start(() -> pass(out, in));
            }
        } catch (IOException e) {
            // The door was closed: nobody comes in any more.
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to;
                InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
        } catch (IOException e) {
            // Cut: both ends see it.
        }
    }

    @Override
    public void close() {
        try {
            door.close();
            for (Socket s : open) {
                s.setSoLinger(true, 0);
                s.close();
            }
        } catch (IOException e) {
            // A socket that was closed already is as good.
        }
    }
}
