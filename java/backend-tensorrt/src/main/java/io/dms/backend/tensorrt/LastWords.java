package io.dms.backend.tensorrt;

import org.jspecify.annotations.Nullable;

/**
 * What a library logged that tells why a call failed: of several errors the first, which is the cause, and the last; where
 * there is none the last warning, since TensorRT 8.4 warns of a device that it can't use and answers with nothing.
 * Thread-safe.
 */
final class LastWords {
    private @Nullable String first;
    private @Nullable String last;
    private @Nullable String warning;

    /**
     * Takes a message in.
     *
     * @param severity number of {@code ILogger::Severity}: internal error, error, warning, info, verbose
     */
    synchronized void add(int severity, String message) {
        if (severity > 2) {
            return;
        }
        String line = message.lines().findFirst().orElse("").strip();
        if (severity == 2) {
            warning = line;
        } else if (first == null) {
            first = line;
        } else {
            last = line;
        }
    }

    /** All of it in one line, and forgets it; null where nothing was said. */
    @Nullable
    synchronized String take() {
        String cause = first;
        String end = last;
        String said = cause == null ? warning : end == null || end.equals(cause) ? cause : cause + "; " + end;
        first = null;
        last = null;
        warning = null;
        return said;
    }
}
