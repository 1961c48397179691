package io.dms.backend.tensorrt.cache;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file into memory, where there is a processor for it on a thread of its own while another digests what is there
 * already: the system's copy and its fresh pages cost nearly as much as the digest. Each byte is written once, and digested,
 * after it was written, where it will be used from. Used once.
 */
final class PlanReading {
    /** What is read at a time. */
    private static final int PIECE = 1 << 20;

    /** What is digested at a time, from Java's heap: a digest copies what it is given elsewhere in smaller pieces yet. */
    private static final int CHUNK = 1 << 17;

    private final FileChannel channel;
    private final ByteBuffer into;
    private int there;
    private boolean unwanted;
    private boolean ended;
    private @Nullable Throwable failure;

    /** @param into direct; filled from 0 to its capacity */
    private PlanReading(FileChannel channel, ByteBuffer into) {
        this.channel = channel;
        this.into = into;
    }

    /**
     * Fills memory from a file; nobody writes to it any more on return.
     *
     * @param into direct; filled from 0 to its capacity
     * @param atATime how many threads read at a time, this one among them
     * @throws EOFException if the file is shorter
     */
    static void read(FileChannel channel, ByteBuffer into, MessageDigest digest, int atATime) throws IOException {
        if (into.capacity() > PIECE && 2 * atATime <= Runtime.getRuntime().availableProcessors()) {
            byTwo(channel, into, digest);
        } else {
            alone(channel, into.duplicate(), digest);
        }
    }

    /** The same on this thread, which an interrupt cuts short: for small files, and where others keep the processors busy. */
    static void alone(FileChannel channel, ByteBuffer into, MessageDigest digest) throws IOException {
        byte[] chunk = new byte[Math.min(CHUNK, into.capacity())];
        into.clear();
        while (into.position() < into.capacity()) {
            int from = into.position();
            into.limit(from + Math.min(chunk.length, into.capacity() - from));
            if (channel.read(into) < 0) {
                throw new EOFException("became shorter");
            }
            int n = into.position() - from;
            into.get(from, chunk, 0, n);
            digest.update(chunk, 0, n);
        }
    }

    /** The same with a thread that reads; an interrupt cuts nothing short and stays set. */
    static void byTwo(FileChannel channel, ByteBuffer into, MessageDigest digest) throws IOException {
        PlanReading reading = new PlanReading(channel, into.duplicate());
        Thread reader = new Thread(reading::fill, "dms-plan-reader");
        reader.setDaemon(true);
        reader.start();
        try {
            reading.digest(into.duplicate(), digest);
        } finally {
            reading.end();
        }
    }

    private void fill() {
        Throwable why = null;
        try {
            into.clear();
            while (into.position() < into.capacity() && proceed(into.position())) {
                into.limit(Math.min(into.position() + PIECE, into.capacity()));
                if (channel.read(into) < 0) {
                    throw new EOFException("became shorter");
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            why = e;
        }
        ended(into.position(), why);
    }

    /** Tells how far it is; false where nobody wants the rest. */
    private synchronized boolean proceed(int bytes) {
        there = bytes;
        notifyAll();
        return !unwanted;
    }

    private synchronized void ended(int bytes, @Nullable Throwable why) {
        there = bytes;
        failure = why;
        ended = true;
        notifyAll();
    }

    private void digest(ByteBuffer bytes, MessageDigest digest) throws IOException {
        byte[] chunk = new byte[Math.min(CHUNK, bytes.capacity())];
        bytes.clear();
        while (bytes.position() < bytes.capacity()) {
            int upTo = more(bytes.position());
            while (bytes.position() < upTo) {
                int n = Math.min(chunk.length, upTo - bytes.position());
                bytes.get(chunk, 0, n);
                digest.update(chunk, 0, n);
            }
        }
    }

    /** Waits until more is there than this, and tells how much. */
    private synchronized int more(int than) throws IOException {
        await(() -> there > than || ended);
        if (there > than) {
            return there;
        }
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        throw new IllegalStateException(failure);
    }

    /** The memory may be freed afterwards: the other thread is done with it. */
    private synchronized void end() {
        unwanted = true;
        await(() -> ended);
    }

    private interface Condition {
        boolean holds();
    }

    /** Under the lock. */
    private void await(Condition condition) {
        boolean interrupted = false;
        while (!condition.holds()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
