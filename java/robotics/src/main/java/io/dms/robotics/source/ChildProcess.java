package io.dms.robotics.source;

import io.dms.model.EnvironmentException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A program that writes to its standard output until it ends or is closed. Its last complaint is kept. */
final class ChildProcess implements AutoCloseable {
    private static final long GRACE_MILLIS = 500;

    private final Process process;
    private final Thread complaints;
    private volatile String lastComplaint = "";

    private ChildProcess(Process process) {
        this.process = process;
        complaints = new Thread(this::readComplaints, "dms-source-errors");
        complaints.setDaemon(true);
        complaints.start();
    }

    /**
     * Starts a program.
     *
     * @param tools folder in which it is looked for first, or null
     * @param install how to get it, for people
     * @throws EnvironmentException if it is not there
     */
    static ChildProcess start(@Nullable Path tools, String install, List<String> command) {
        List<String> words = new ArrayList<>(command);
        if (tools != null && Files.isExecutable(tools.resolve(command.get(0)))) {
            words.set(0, tools.resolve(command.get(0)).toString());
        }
        try {
            Process p = new ProcessBuilder(words).start();
            p.getOutputStream().close();
            return new ChildProcess(p);
        } catch (IOException e) {
            throw new EnvironmentException(
                    "can't start " + command.get(0) + ": install it (" + install + ") and see that it is on the PATH",
                    e);
        }
    }

    private void readComplaints() {
        try (BufferedReader r =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = r.readLine(); line != null; line = r.readLine()) {
                if (!line.isBlank()) {
                    lastComplaint = line.strip();
                }
            }
        } catch (IOException e) {
            lastComplaint = String.valueOf(e.getMessage());
        }
    }

    InputStream output() {
        return process.getInputStream();
    }

    /** Waits a moment for its end and says how it ended; null where it ended well. */
    @Nullable
    String failure() throws InterruptedException {
        if (!process.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
            return "it closed its output and goes on";
        }
        complaints.join(GRACE_MILLIS);
        int status = process.exitValue();
        return status == 0 ? null : "exit status " + status + (lastComplaint.isEmpty() ? "" : ", " + lastComplaint);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            process.getInputStream().close();
        } catch (IOException e) {
            // nothing can be done, and nothing is lost: the process is gone
        }
    }
}
