package io.dms.backend.cpu;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * How many threads oneDNN uses, and how long they wait busily. The library is built on OpenMP (libgomp), where the
 * number of threads belongs to the calling thread.
 *
 * <p>Between two parallel regions libgomp's workers spin, by default for some milliseconds. That makes regions short to
 * enter within a call, but behind the last one it takes a core from others; and where another process holds a core, the
 * calling thread spins while its own worker waits for that very core. So the spinning is bounded to {@value #SPIN_COUNT}
 * turns (about 0.1 ms), unless the environment already says something ({@code GOMP_SPINCOUNT}, {@code OMP_WAIT_POLICY}).
 * The policy {@code active} changes only the bound that holds once several sessions' teams together have more threads
 * than there are cores: 1000 turns and not 100, which would be too few to last from one region to the next. libgomp reads
 * its environment once, when it is loaded.
 */
final class OmpThreads {
    private static final int SPIN_COUNT = 2_000;
    private static final String GONE = " (deleted)";

    private OmpThreads() {}

    /** To be called before libgomp is loaded. */
    static void beforeLoad() {
        if (System.getenv("GOMP_SPINCOUNT") == null && System.getenv("OMP_WAIT_POLICY") == null) {
            Function setenv = Function.getFunction("c", "setenv");
            setenv.invokeInt(new Object[] {"GOMP_SPINCOUNT", Integer.toString(SPIN_COUNT), 0});
            setenv.invokeInt(new Object[] {"OMP_WAIT_POLICY", "active", 0});
        }
    }

    /** Threads of parallel regions that the calling thread enters from now on. Allocates nothing. */
    static void set(int threads) {
        Omp.omp_set_num_threads(threads);
    }

    /** Threads that a parallel region of the calling thread would use. */
    static int get() {
        return Omp.omp_get_max_threads();
    }

    /** Bound to the very libgomp that oneDNN uses: another copy would have settings of its own. */
    private static final class Omp {
        static {
            Native.register(Omp.class, NativeLibrary.getInstance(loadedLibrary("libgomp"), Map.of()));
        }

        static native void omp_set_num_threads(int threads);

        static native int omp_get_max_threads();

        private Omp() {}
    }

    /** What opens a library that this process has loaded. */
    static String loadedLibrary(String name) {
        try {
            return loadedLibrary(name, Files.readString(Path.of("/proc/self/maps"), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException("can't read /proc/self/maps", e);
        }
    }

    /**
     * The library's path; its bare name where the file is gone from there, since another process unpacked it anew: the
     * loader knows what is loaded by that name.
     *
     * @param maps as in /proc/self/maps
     */
    static String loadedLibrary(String name, String maps) {
        for (String line : maps.split("\n", -1)) {
            int slash = line.indexOf('/');
            String file = line.substring(line.lastIndexOf('/') + 1);
            if (slash >= 0 && file.startsWith(name + ".so")) {
                return file.endsWith(GONE) ? file.substring(0, file.length() - GONE.length()) : line.substring(slash);
            }
        }
        throw new IllegalStateException(name + " is not loaded");
    }
}
