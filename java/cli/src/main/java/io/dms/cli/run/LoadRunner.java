package io.dms.cli.run;

import io.dms.model.EnvironmentException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Makes the disturbances of a script: child processes of the shell that do nothing but burn a core, and a limit of this
 * process's own time. Each child ends when its standard input ends, and so with this process, however that ends. Owns a
 * thread, the processes and the limit until it is closed.
 */
final class LoadRunner implements AutoCloseable {
    /**
     * A loop in the background, and a foreground that waits for the end of its input. Ctrl-C reaches this shell, too: the
     * foreground has to outlive it, since nobody else ends the loop. The loop looks now and then whether the foreground
     * still lives, for a foreground that is killed.
     */
    private static final String BURN = "trap '' INT QUIT HUP TERM; "
            + "(i=0; while :; do i=$((i+1)); [ $i -lt 100000 ] || { kill -0 $$ || exit; i=0; }; done) & "
            + "b=$!; read x; kill -9 $b";

    private static final long STEP_NANOS = 2_000_000;

    private final LoadScript script;
    private final long startNanos;
    private final ArrayDeque<Process> running = new ArrayDeque<>();
    private final Thread thread;
    private final @Nullable CpuQuota quota;
    private volatile boolean closed;

    /** @param startNanos second 0 of the script, on the clock of {@link System#nanoTime()} */
    LoadRunner(LoadScript script, long startNanos) {
        this.script = script;
        this.startNanos = startNanos;
        thread = new Thread(this::run, "dms-disturbances");
        thread.setDaemon(true);
        quota = script.limits() ? CpuQuota.open() : null;
        if (!script.spans().isEmpty()) {
            try {
                burn().getOutputStream().close(); // says early where there is no shell
            } catch (IOException e) {
                if (quota != null) {
                    quota.close();
                }
                throw new EnvironmentException("can't start sh, which makes disturbances: " + e.getMessage(), e);
            }
            thread.start();
        }
    }

    /** A process that keeps a core busy until its input ends; the caller's. */
    static Process burn() throws IOException {
        return new ProcessBuilder("sh", "-c", BURN)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void run() {
        double left = Double.POSITIVE_INFINITY;
        while (!closed) {
            double second = (System.nanoTime() - startNanos) / 1e9;
            int wanted = script.wanted(second);
            double cores = script.quota(second);
            try {
                if (quota != null && cores != left) {
                    quota.limit(cores);
                    left = cores;
                }
                while (running.size() < wanted) {
                    running.add(burn());
                }
            } catch (IOException | EnvironmentException e) {
                return; // the system has no room for more processes or takes a right back: what runs goes on
            }
            while (running.size() > wanted) {
                end(running.removeLast());
            }
            if (second > script.end()) {
                return;
            }
            LockSupport.parkNanos(this, STEP_NANOS);
        }
    }

    private static void end(Process p) {
        p.descendants().forEach(ProcessHandle::destroyForcibly);
        try {
            p.getOutputStream().close();
        } catch (IOException e) {
            p.destroyForcibly();
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try (CpuQuota limit = quota) {
            thread.join();
            running.forEach(LoadRunner::end);
            for (Process p : running) {
                if (!p.waitFor(1, TimeUnit.SECONDS)) {
                    p.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            running.forEach(LoadRunner::end);
            Thread.currentThread().interrupt();
        }
        running.clear();
    }
}
