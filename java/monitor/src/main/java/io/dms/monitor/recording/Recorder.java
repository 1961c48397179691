package io.dms.monitor.recording;

import io.dms.model.AtomicFile;
import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.PowerMode;
import io.dms.monitor.SampleCursor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes every sample of a monitor into a folder, which {@code recording:DIR} replays as a source. The head is written
 * before the first sample and samples are flushed as they come, so that a crash costs at most the last line. Stops by
 * itself when it reached its size or the disk is full; what was written stays good. Safe for any thread.
 */
public final class Recorder implements AutoCloseable {
    /** What a recording may take where nobody says otherwise: days of a board at ten samples a second. */
    public static final long MOST_BYTES = 1L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);
    private static final long PAUSE_NANOS = 200_000_000L;

    private final Path folder;
    private final List<SampleCursor> cursors;
    private final List<@Nullable PowerMode> modes = new ArrayList<>();
    private final SampleLine line = new SampleLine();
    private final long begin;
    private final long mostBytes;
    private final OutputStream out;
    private long bytes;
    private long samples;
    private @Nullable String stopped;
    private @Nullable Thread thread;
    private volatile boolean closed;

    private Recorder(Path folder, List<SampleCursor> cursors, long begin, long mostBytes, OutputStream out) {
        this.folder = folder;
        this.cursors = cursors;
        this.begin = begin;
        this.mostBytes = mostBytes;
        this.out = out;
        cursors.forEach(c -> modes.add(null));
    }

    /**
     * Begins a recording of what the monitor samples from now on.
     *
     * @param monitor stays the caller's; may be started before or after
     * @param folder is made; must not hold a recording already
     * @param mostBytes at most so much is written
     * @throws UserException where the folder holds a recording already or is none
     * @throws EnvironmentException where rights or space are missing
     */
    public static Recorder open(BoardMonitor monitor, Path folder, long mostBytes) {
        List<SampleCursor> cursors = monitor.cursors();
        List<Header.Source> sources = new ArrayList<>();
        for (SampleCursor c : cursors) {
            sources.add(new Header.Source(c.source(), c.intervalNanos(), c.sensors(), c.totalPower(), c.totalEnergy()));
        }
        Header header = new Header(monitor.board(), Instant.now().toString(), sources);
        long begin = monitor.options().clock().getAsLong();
        try {
            Files.createDirectories(folder);
            Path head = folder.resolve(Header.FILE);
            if (Files.exists(head)) {
                throw new UserException(folder + " holds a recording already: choose another folder or remove it");
            }
            OutputStream out = Files.newOutputStream(
                    folder.resolve(Header.SAMPLES),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
            try {
                Path half = folder.resolve(Header.FILE + ".half");
                Files.write(half, header.toJson());
                Files.move(half, head, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException | RuntimeException | Error e) {
                giveUp(out, folder, e);
                throw e;
            }
            return new Recorder(folder, cursors, begin, mostBytes, new BufferedOutputStream(out, 1 << 16));
        } catch (IOException e) {
            String message = "can't record into " + folder + ": " + AtomicFile.reason(e);
            throw belowAFile(folder) ? new UserException(message, e) : new EnvironmentException(message, e);
        }
    }

    /** Nothing stays of a recording that did not begin. */
    private static void giveUp(OutputStream out, Path folder, Throwable because) {
        try (out) {
            Files.deleteIfExists(folder.resolve(Header.SAMPLES));
        } catch (IOException second) {
            because.addSuppressed(second);
        }
    }

    /** True where no rights and no space would help: what is there already is no folder. */
    private static boolean belowAFile(Path folder) {
        Path there = folder.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return there != null && !Files.isDirectory(there);
    }

    /** Writes from now on by a thread of its own. */
    public synchronized void start() {
        if (thread == null && !closed) {
            Thread t = new Thread(this::loop, "dms-recorder");
            t.setDaemon(true);
            thread = t;
            t.start();
        }
    }

    private void loop() {
        while (!closed) {
            drain();
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
    }

    /** Writes the samples that came since the last time. */
    public synchronized void drain() {
        if (closed) {
            return;
        }
        try {
            for (int s = 0; s < cursors.size(); s++) {
                SampleCursor cursor = cursors.get(s);
                while (stopped == null && cursor.next()) {
                    sample(s, cursor);
                }
            }
            out.flush();
        } catch (IOException e) {
            stop("can't write any more: " + e.getMessage());
        }
    }

    private void sample(int source, SampleCursor cursor) throws IOException {
        PowerMode mode = cursor.powerMode();
        if (mode != null && !Objects.equals(mode, modes.get(source))) {
            modes.set(source, mode);
            line.clear(0);
            line.mode = mode;
            write(source, cursor.nanos());
        }
        int n = cursor.sensors().size();
        line.clear(n);
        line.count = n;
        for (int i = 0; i < n; i++) {
            line.values[i] = cursor.value(i);
            line.reasons[i] = cursor.absence(i);
        }
        if (write(source, cursor.nanos())) {
            samples++;
        }
    }

    private boolean write(int source, long nanos) throws IOException {
        line.source = source;
        line.nanos = Math.max(0, nanos - begin);
        byte[] json = line.toJson();
        if (bytes + json.length > mostBytes) {
            stop("reached " + mostBytes + " bytes");
        } else if (stopped == null) {
            out.write(json);
            bytes += json.length;
            return true;
        }
        return false;
    }

    private void stop(String why) {
        if (stopped == null) {
            stopped = why;
            LOG.warn("the recording in {} stops: {}", folder, why);
        }
    }

    /** How many samples were written. */
    public synchronized long samples() {
        return samples;
    }

    /** Why it stopped before it was closed, one sentence; null while it writes. */
    public synchronized @Nullable String stopped() {
        return stopped;
    }

    /** Writes what is left and ends the recording. */
    @Override
    public void close() {
        drain();
        Thread t;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            t = thread;
            try {
                out.close();
            } catch (IOException e) {
                stop("can't write any more: " + e.getMessage());
            }
        }
        if (t != null) {
            LockSupport.unpark(t);
        }
    }
}
