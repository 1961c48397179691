package io.dms.monitor;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A small file of the kernel that gives a new value each time it is read from its start. It is opened at the first read
 * and stays open; a read goes into one buffer and allocates nothing unless it fails. A file that fails again and again
 * is left alone for more and more reads, at most {@value #MOST_SKIPPED}, and repeats its reason meanwhile. What can't be
 * read is an {@link Absence}, never an exception. Used by one thread at a time; may block as long as the device does.
 *
 * <p>Below {@code /sys} and {@code /proc} the kernel itself tells that a device behind an open file is gone. Elsewhere,
 * as in a recorded tree, each read looks whether the path is still there.
 */
public final class SensorFile implements AutoCloseable {
    /** How many reads of a failing file are skipped at most before it is tried again. */
    public static final int MOST_SKIPPED = 32;

    private static final int PATIENCE = 3;

    /** Opens a file; tests put devices that fail behind it. */
    @FunctionalInterface
    public interface Opener {
        /** Opens, or fails as the system does. */
        Handle open(Path path) throws IOException;
    }

    /** An open file that can be read from its start again and again. */
    public interface Handle extends AutoCloseable {
        /** Reads from the start; the number of bytes, negative or 0 where there is nothing. */
        int readFromStart(byte[] into) throws IOException;

        @Override
        void close() throws IOException;
    }

    private final Path path;
    private final Opener opener;
    private final byte[] buffer;
    private final AsciiScanner scanner = new AsciiScanner();
    private @Nullable Handle handle;
    private @Nullable Absence absence = Absence.NOT_YET;
    private int length;
    private double number = Double.NaN;
    private int failures;
    private int toSkip;

    /** A file that holds one value. */
    public SensorFile(Path path) {
        this(path, 128);
    }

    /**
     * A file of at most so many bytes; what is behind them is not seen.
     *
     * @param path the file; it need not be there
     * @param capacity bytes that are read
     */
    public SensorFile(Path path, int capacity) {
        this(path, capacity, SensorFile::openFile);
    }

    /** A file behind an opener of the caller's. */
    public SensorFile(Path path, int capacity, Opener opener) {
        this.path = path;
        this.opener = opener;
        this.buffer = new byte[capacity];
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Reads the bytes anew; false where that failed, and then {@link #absence()} says why. Blank files fail. */
    public boolean read() {
        length = 0;
        number = Double.NaN;
        if (toSkip > 0) {
            toSkip--;
            return false;
        }
        try {
            Handle open = handle;
            if (open == null) {
                open = opener.open(path);
                handle = open;
            }
            length = Math.max(0, open.readFromStart(buffer));
        } catch (IOException e) {
            return fail(reason(e));
        }
        failures = 0;
        absence = isBlank() ? Absence.BLANK : null;
        return absence == null;
    }

    /**
     * Reads the file anew and takes the number at its start, behind which only the end, a blank or a line end may stand
     * ({@code 32760 ma} is a number, {@code 12abc} is not). False where there is none, and then {@link #absence()} says
     * why.
     */
    public boolean readNumber() {
        if (!read()) {
            return false;
        }
        double value = scanner.over(buffer, length).nextDouble();
        if (Double.isNaN(value) || !scanner.atBreak()) {
            absence = Absence.GARBAGE;
            return false;
        }
        number = value;
        return true;
    }

    /** The number that {@link #readNumber()} found last, in the file's own unit; NaN where it found none. */
    public double number() {
        return number;
    }

    /** Why the last read gave nothing, null where it gave something. */
    public @Nullable Absence absence() {
        return absence;
    }

    /** The bytes that were read last, {@link #length()} of them; the same array each time. */
    public byte[] bytes() {
        return buffer;
    }

    /** How many bytes were read last. */
    public int length() {
        return length;
    }

    /**
     * What a failure of the system means. The kernel's message is all that Java hands on; in a foreign language it is
     * {@link Absence#FAILED}.
     */
    public static Absence reason(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("permission denied") || message.contains("not permitted")) {
            return Absence.FORBIDDEN;
        }
        if (message.contains("temporarily unavailable")
                || message.contains("no data available")
                || message.contains("resource busy")) {
            return Absence.BUSY;
        }
        if (message.contains("timed out")) {
            return Absence.TIMED_OUT;
        }
        if (e instanceof FileNotFoundException
                || message.contains("no such")
                || message.contains("stale file")
                || message.contains("not a directory")) {
            return Absence.GONE;
        }
        return Absence.FAILED;
    }

    @Override
    public void close() {
        Handle open = handle;
        handle = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // It was only read from: nothing is lost.
            }
        }
    }

    private boolean fail(Absence why) {
        absence = why;
        failures++;
        if (failures > PATIENCE) {
            toSkip = Math.min(MOST_SKIPPED, 1 << Math.min(failures - PATIENCE, 16));
        }
        if (why != Absence.BUSY) {
            close();
        }
        return false;
    }

    private boolean isBlank() {
        for (int i = 0; i < length; i++) {
            if ((buffer[i] & 0xff) > ' ') {
                return false;
            }
        }
        return true;
    }

    private static Handle openFile(Path path) throws IOException {
        return new OpenFile(path);
    }

    private static final class OpenFile implements Handle {
        private final RandomAccessFile file;
        private final File path;
        private final boolean kernel;

        OpenFile(Path where) throws IOException {
            path = where.toFile();
            kernel = where.startsWith("/sys") || where.startsWith("/proc");
            file = new RandomAccessFile(path, "r");
        }

        @Override
        public int readFromStart(byte[] into) throws IOException {
            // An open file outlives its name; canRead() allocates nothing where exists() does.
            if (!kernel && !path.canRead()) {
                throw new FileNotFoundException(path + (path.exists() ? " (Permission denied)" : ""));
            }
            file.seek(0);
            return file.read(into, 0, into.length);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
