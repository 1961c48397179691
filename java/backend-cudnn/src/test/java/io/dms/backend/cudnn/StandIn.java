package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import io.dms.cuda.CudaLibraries;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The libraries of {@code native/standin}, which take the place of CUDA, cuBLAS and cuDNN: their faults and their
 * counts. The build runs the tests that use them in a JVM of their own, whose {@code LD_LIBRARY_PATH} and
 * {@code DMS_STANDIN} name the folder.
 */
final class StandIn {
    private static @Nullable NativeLibrary library;

    private StandIn() {}

    /** Skips the test where there are none; else has them loaded in place of the real ones. */
    static synchronized void require() {
        String folder = System.getenv("DMS_STANDIN");
        assumeTrue(folder != null, "no stand-ins for CUDA in this JVM: the build's execution on-stand-ins has them");
        Path file = Path.of(folder, "libdms_standin.so");
        assumeTrue(Files.exists(file), "no stand-ins for CUDA: cmake and g++ build them");
        CudaLibraries.preload();
        if (library == null) {
            library = NativeLibrary.getInstance(file.toString());
        }
    }

    /**
     * Skips the test where there is no host build of the bridge, which {@code DMS_BRIDGE} names.
     */
    static void requireBridge() {
        String named = System.getenv("DMS_BRIDGE");
        assumeTrue(named != null && Files.exists(Path.of(named)), "no host build of the native bridge (DMS_BRIDGE)");
        assumeTrue("1".equals(System.getenv("DMS_STANDIN_FLAT")), "beside the bridge DMS_STANDIN_FLAT must be 1");
    }

    /** Nothing that a test did broke a rule that only a device would have noticed. */
    static void assertWell() {
        if (library != null) {
            assertThat(get("error"))
                    .as("the error that the device is left with")
                    .isZero();
        }
    }

    /** Sets a fault or a setting; names are in {@code native/standin/core.cpp}. */
    static void set(String name, long value) {
        int status = library().getFunction("dms_standin_set").invokeInt(new Object[] {name, new NativeLong(value)});
        if (status != 0) {
            throw new IllegalArgumentException("the stand-ins know no " + name);
        }
    }

    /** A count. */
    static long get(String name) {
        long value = library().getFunction("dms_standin_get").invokeLong(new Object[] {name});
        if (value < 0) {
            throw new IllegalArgumentException("the stand-ins count no " + name);
        }
        return value;
    }

    /** Well again, whatever a test did. */
    static void reset() {
        set("error", 0);
        set("fail_allocation", 0);
        set("lose_after", 0);
        set("memory", 3072L << 20);
        set("driver", 13010);
        set("cudnn", 91900);
        set("devices", 1);
        set("compute_capability", 90);
        set("initcheck", 1);
        set("strided_filters", 0);
        set("refuse_convolutions", 0);
        set("graph_fault", 0);
        set("matmul_fault", 0);
        set("alpha_vectors", 0);
    }

    private static NativeLibrary library() {
        if (library == null) {
            throw new IllegalStateException("require() first");
        }
        return library;
    }
}
