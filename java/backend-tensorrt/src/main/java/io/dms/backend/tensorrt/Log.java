package io.dms.backend.tensorrt;

import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TensorRT's log as lines of SLF4J, and its last errors, which is all that the library says about a call that failed. One
 * in a process, never freed: the library may log until the process ends. Called from the library's threads.
 */
final class Log extends ILogger {
    private static final Logger LOG = LoggerFactory.getLogger("io.dms.backend.tensorrt.library");

    private final LastWords words = new LastWords();

    /** Called by the library. What it throws would cross native code, so it throws nothing. */
    @Override
    public void log(ILogger.@Nullable Severity severity, @Nullable String message) {
        try {
            accept(severity == null ? 1 : severity.value, message == null ? "" : message);
        } catch (RuntimeException e) {
            // A logger that fails is no reason to end a build.
        }
    }

    /** @param severity numbers of {@code ILogger::Severity}: internal error, error, warning, info, verbose */
    private void accept(int severity, String message) {
        words.add(severity, message);
        // Errors are reported by whoever made the call; here for those who look for more.
        if (severity <= 3) {
            LOG.debug(message);
        } else {
            LOG.trace(message);
        }
    }

    /** What went wrong since this was asked. */
    @Nullable
    String take() {
        return words.take();
    }
}
