package io.dms.cli;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Remembers why writing failed, which a {@link java.io.PrintWriter} keeps to itself. */
final class WatchedOutput extends OutputStream {
    private final OutputStream out;
    private volatile @Nullable IOException failure;

    WatchedOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try {
            out.write(bytes, from, count);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /**
     * Why a person should know that output was lost, or null where nothing was, or where the reader of a pipe went away,
     * as {@code head} does.
     */
    @Nullable
    String complaint() {
        IOException e = failure;
        return e == null || String.valueOf(e.getMessage()).contains("Broken pipe")
                ? null
                : "can't write to standard output: " + e.getMessage();
    }
}
