package io.dms.cli.run;

import io.dms.model.AtomicFile;
import io.dms.model.EnvironmentException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Limits the processor time of this process, and of those that it starts, by a control group of its own: version 1 or 2,
 * whichever the system has. Closing moves the process back to where it was. A process that is killed leaves an empty
 * group behind, which limits nobody. Not thread-safe.
 */
final class CpuQuota implements AutoCloseable {
    /** Short against a frame, so that a limited process is slow and does not stand still for whole frames. */
    private static final long PERIOD_MICROS = 10_000;

    private static final long LEAST_MICROS = 1000;
    private static final String NAME = "dms-";

    private final Path home;
    private final Path own;
    private final boolean second;

    private CpuQuota(Path home, Path own, boolean second) {
        this.home = home;
        this.own = own;
        this.second = second;
    }

    /**
     * A group for this process, which limits nothing yet.
     *
     * @throws EnvironmentException if the system has no such groups or doesn't let this user make one
     */
    static CpuQuota open() {
        return open(Path.of("/sys/fs/cgroup"), Path.of("/proc/self/cgroup"));
    }

    /**
     * @param root where control groups are mounted
     * @param membership file that says in which groups this process is
     */
    static CpuQuota open(Path root, Path membership) {
        try {
            for (String line : Files.readAllLines(membership)) {
                String[] part = line.split(":", 3);
                if (part.length == 3 && List.of(part[1].split(",", -1)).contains("cpu")) {
                    for (String mount : List.of("cpu", part[1], "cpu,cpuacct")) {
                        if (Files.isDirectory(root.resolve(mount))) {
                            Path home = below(root.resolve(mount), part[2]);
                            return joined(home, home, false);
                        }
                    }
                }
            }
            for (String line : Files.readAllLines(membership)) {
                if (line.startsWith("0::") && Files.exists(root.resolve("cgroup.controllers"))) {
                    Path home = below(root, line.substring(3));
                    Path parent = home.equals(root) ? root : home.getParent();
                    return joined(home, parent == null ? root : parent, true);
                }
            }
        } catch (IOException e) {
            throw refused(e);
        }
        throw new EnvironmentException("can't limit this process's processor time: the system has no control groups for"
                + " it in " + root + "; leave quota out of --disturb");
    }

    /** A group by its path; the root where a container's view leads out of what is mounted. */
    private static Path below(Path root, String path) {
        Path below =
                root.resolve(path.startsWith("/") ? path.substring(1) : path).normalize();
        return below.startsWith(root) ? below : root;
    }

    private static CpuQuota joined(Path home, Path parent, boolean second) throws IOException {
        sweep(parent);
        Path own = parent.resolve(NAME + ProcessHandle.current().pid());
        Files.createDirectories(own);
        CpuQuota quota = new CpuQuota(home, own, second);
        try {
            join(own);
            quota.write(Double.POSITIVE_INFINITY); // says early where limits are not permitted
        } catch (IOException e) {
            quota.close();
            throw e;
        }
        return quota;
    }

    /** Takes away the groups of processes that were killed: they are empty, and nobody else will. */
    private static void sweep(Path parent) {
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(parent, NAME + "*")) {
            for (Path group : groups) {
                String pid = String.valueOf(group.getFileName()).substring(NAME.length());
                boolean dead = pid.matches("[0-9]{1,18}")
                        && ProcessHandle.of(Long.parseLong(pid)).isEmpty();
                if (dead) {
                    Files.deleteIfExists(group);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // they limit nobody, and may stay
        }
    }

    private static void join(Path group) throws IOException {
        Files.writeString(
                group.resolve("cgroup.procs"),
                Long.toString(ProcessHandle.current().pid()));
    }

    private static EnvironmentException refused(IOException e) {
        String file = e instanceof FileSystemException f && f.getFile() != null ? f.getFile() + ": " : "";
        return new EnvironmentException(
                "can't limit this process's processor time (" + file + AtomicFile.reason(e)
                        + "): a control group needs root; run as root or leave quota out of --disturb",
                e);
    }

    /**
     * Limits from now on.
     *
     * @param cores processor time for each second of wall clock; infinity for no limit
     */
    void limit(double cores) {
        try {
            write(cores);
        } catch (IOException e) {
            throw refused(e);
        }
    }

    private void write(double cores) throws IOException {
        boolean none = Double.isInfinite(cores);
        long micros = Math.max(LEAST_MICROS, Math.round(cores * PERIOD_MICROS));
        if (second) {
            Files.writeString(own.resolve("cpu.max"), (none ? "max" : micros) + " " + PERIOD_MICROS);
        } else {
            Files.writeString(own.resolve("cpu.cfs_period_us"), Long.toString(PERIOD_MICROS));
            Files.writeString(own.resolve("cpu.cfs_quota_us"), Long.toString(none ? -1 : micros));
        }
    }

    @Override
    public void close() {
        try {
            join(home);
            Files.deleteIfExists(own);
        } catch (IOException e) {
            // The group stays, and limits nothing once this process has ended.
        }
    }
}
