package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.cuda.global.cudnn.cudnnGetVersion;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.cuda.CudaLibraries;
import java.io.File;
import org.bytedeco.javacpp.Loader;

/**
 * NVIDIA's own libraries, where a test is given them. {@code -Ddms.real.cudnn=A:B} names their folders, among them one with
 * a {@code libcuda.so.1}: the driver's, or the stub of a CUDA toolkit under that name. They have to be of the preset's
 * generation.
 */
final class RealLibraries {
    /** What cuDNN 9.24 says of a filter with gaps, and 9.5 only in its log. */
    static final String GAPS = "wDesc.getNumElementsWithStride() != wDesc.getNumElementsWithoutStride()";

    private static final String FOLDERS = "dms.real.cudnn";

    private RealLibraries() {}

    /** Skips the test where none are named; else loads them. */
    static void require() {
        String folders = System.getProperty(FOLDERS);
        assumeTrue(folders != null, "no folder of real libraries is named: -D" + FOLDERS + "=FOLDER");
        assumeTrue(System.getenv("DMS_STANDIN") == null, "stand-ins are in their place in this JVM");
        assertThat(folders.split(File.pathSeparator))
                .allSatisfy(f -> assertThat(new File(f)).isDirectory());
        System.setProperty("dms.cuda.libraries", folders);
        CudaLibraries.preload();
        Loader.load(org.bytedeco.cuda.global.cudnn.class);
    }

    /** Skips the test where preset or library have no graph interface. */
    static void requireGraphs() {
        assumeTrue(hasGraphs(), "this preset has no graph interface, or the library is cuDNN 8");
    }

    /** Skips the test where the preset has no cuBLASLt. */
    static void requireMatmuls() {
        assumeTrue(hasMatmuls(), "this preset has no cuBLASLt");
    }

    private static boolean hasMatmuls() {
        try {
            Loader.load(org.bytedeco.cuda.global.cublas.class);
            return PresetMatmuls.class.getDeclaredMethods().length > 0;
        } catch (LinkageError e) {
            return false;
        }
    }

    /** Skips the test where the library makes plans for nothing but a device that is there. */
    static void requireDescribedDevices() {
        requireGraphs();
        long version = cudnnGetVersion();
        assumeTrue(version >= 90800, "cuDNN describes devices from 9.8 on, this one is " + version);
    }

    private static boolean hasGraphs() {
        try {
            return cudnnGetVersion() >= 90000 && CudnnGraph.class.getDeclaredMethods().length > 0;
        } catch (LinkageError e) {
            return false;
        }
    }
}
