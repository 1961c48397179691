package io.dms.robotics.source;

import io.dms.runtime.ImageTensor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raw RGB frames of one size out of a program's standard output. A camera's program that dies or falls silent is started
 * anew, once a second, as long as it gave a frame before; a file's program that ends well ends the stream.
 */
final class PipeFeed implements ImageFeed {
    private static final Logger LOG = LoggerFactory.getLogger(PipeFeed.class);

    /**
     * What to run.
     *
     * @param name for people
     * @param install how to get the program
     * @param rowBytes bytes from one row of a frame to the next
     * @param camera whether it is started anew when it ends
     */
    record Program(String name, List<String> command, String install, int rowBytes, boolean camera) {}

    private final Program program;
    private final SourceOptions options;
    private final ImageTensor tensor;
    private final byte[] bytes;
    private final ByteBuffer view;
    private ChildProcess child;
    private volatile long lastByteNanos = System.nanoTime();
    private volatile boolean closed;
    private boolean gaveFrame;
    private @Nullable Thread watchdog;

    PipeFeed(Program program, SourceOptions options) {
        this.program = program;
        this.options = options;
        tensor = new ImageTensor(
                options.height(),
                options.width(),
                ImageTensor.Order.RGB,
                ImageTensor.Fit.STRETCH,
                options.preprocessing());
        bytes = new byte[Math.multiplyExact(program.rowBytes(), options.height())];
        view = ByteBuffer.wrap(bytes);
        child = start();
        if (program.camera()) {
            Thread t = new Thread(this::watch, "dms-source-watchdog");
            t.setDaemon(true);
            t.start();
            watchdog = t;
        }
    }

    private ChildProcess start() {
        return ChildProcess.start(options.tools(), program.install(), program.command());
    }

    /** Ends a program that gave frames and is silent: the reader then starts it anew. */
    private void watch() {
        try {
            while (!closed) {
                TimeUnit.MILLISECONDS.sleep(Math.max(10, options.stall().toMillis() / 4));
                ChildProcess now;
                synchronized (this) {
                    now = child;
                }
                if (gaveFrame
                        && now.isAlive()
                        && System.nanoTime() - lastByteNanos > options.stall().toNanos()) {
                    LOG.warn("{} is silent and is started anew", program.name());
                    lastByteNanos = System.nanoTime();
                    now.close();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String describe() {
        return program.name();
    }

    @Override
    public boolean read(FloatBuffer out) throws IOException, InterruptedException {
        while (!closed) {
            if (readFrame(child.output())) {
                gaveFrame = true;
                tensor.put(view, options.height(), options.width(), program.rowBytes(), out, 0);
                return true;
            }
            if (closed) {
                break;
            }
            String why = child.failure();
            if (!program.camera() || !gaveFrame) {
                if (why != null) {
                    throw new IOException(program.command().get(0) + " failed: " + why);
                }
                if (!gaveFrame) {
                    throw new IOException(program.command().get(0) + " gave no frame");
                }
                if (!options.endless()) {
                    return false;
                }
                again();
            } else {
                LOG.warn("{} ended ({}) and is started anew", program.name(), why == null ? "exit status 0" : why);
                TimeUnit.SECONDS.sleep(1);
                again();
            }
        }
        return false;
    }

    private synchronized void again() {
        child.close();
        if (!closed) {
            child = start();
            lastByteNanos = System.nanoTime();
        }
    }

    private boolean readFrame(InputStream in) {
        try {
            for (int at = 0; at < bytes.length; ) {
                int n = in.read(bytes, at, bytes.length - at);
                if (n < 0) {
                    throw new EOFException();
                }
                at += n;
                lastByteNanos = System.nanoTime();
            }
            return true;
        } catch (IOException e) {
            return false; // the program ended; why is asked where it is known what that means
        }
    }

    @Override
    public void close() {
        closed = true;
        Thread dog = watchdog;
        if (dog != null) {
            dog.interrupt();
        }
        synchronized (this) {
            child.close();
        }
    }
}
