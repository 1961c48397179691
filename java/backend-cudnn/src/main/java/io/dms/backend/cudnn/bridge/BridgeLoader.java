package io.dms.backend.cudnn.bridge;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds, loads and greets the library. It looks at the file that {@code -Ddms.bridge} or {@code DMS_BRIDGE} names, and
 * only at that; else at the flavours on the class path (classifier jars, or what the build left beside the classes), the
 * newest CUDA first; else at {@code /usr/local/lib/dms}, where a board's own build goes.
 */
final class BridgeLoader {
    static final String PROPERTY = "dms.bridge";
    private static final String VARIABLE = "DMS_BRIDGE";
    private static final String FILE = "libdms_bridge.so";
    private static final Path INSTALLED = Path.of("/usr/local/lib/dms", FILE);
    private static final List<String> FLAVOURS = List.of("cu13", "cu12", "cu11", "cu102");
    private static final String BUILD =
            "build it on this machine (native/build cuda; it needs CMake, a C++ compiler and the CUDA toolkit)";

    private static final Logger LOG = LoggerFactory.getLogger(BridgeLoader.class);

    private static Bridges.@Nullable Found found;

    private BridgeLoader() {}

    static synchronized Bridges.Found find() {
        Bridges.Found f = found;
        if (f == null) {
            f = search();
            found = f;
            LOG.debug(
                    "native bridge: {}",
                    f.bridge() == null ? f.reason() : f.bridge().buildInfo());
        }
        return f;
    }

    private static Bridges.Found search() {
        String platform = platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
        if (platform == null) {
            return missing(
                    "there is no native bridge for " + System.getProperty("os.name") + " on "
                            + System.getProperty("os.arch"),
                    "use Linux on x86-64 or arm64, or another backend");
        }
        String named = System.getProperty(PROPERTY, System.getenv(VARIABLE));
        if (named != null && !named.isEmpty()) {
            Path file = Path.of(named).toAbsolutePath();
            return Files.isRegularFile(file)
                    ? load(file)
                    : missing(
                            "-D" + PROPERTY + " or " + VARIABLE + " names the native bridge " + file
                                    + ", which is not there",
                            "name another file, or none");
        }
        List<Path> files = new ArrayList<>();
        for (String flavour : FLAVOURS) {
            URL url = BridgeLoader.class.getResource(platform + "-" + flavour + "/" + FILE);
            if (url != null) {
                try {
                    File cached = Loader.cacheResource(url);
                    if (cached == null) {
                        throw new IOException("no folder to unpack it to");
                    }
                    files.add(cached.toPath());
                } catch (IOException | RuntimeException e) {
                    return missing(
                            "the native bridge " + url + " can't be unpacked (" + e.getMessage() + ")",
                            "set -Dorg.bytedeco.javacpp.cachedir to a folder that can be written");
                }
            }
        }
        if (Files.isRegularFile(INSTALLED)) {
            files.add(INSTALLED);
        }
        Bridges.Found first = null;
        for (Path file : files) {
            Bridges.Found f = load(file);
            if (f.bridge() != null) {
                return f;
            }
            first = first == null ? f : first;
        }
        return first != null ? first : missing("this DMS was built without its native bridge for " + platform, BUILD);
    }

    /** As JavaCPP names it, or null where nobody has built the bridge for it. */
    static @Nullable String platform(String system, String machine) {
        if (!system.toLowerCase(Locale.ROOT).contains("linux")) {
            return null;
        }
        return switch (machine) {
            case "amd64", "x86_64" -> "linux-x86_64";
            case "aarch64", "arm64" -> "linux-arm64";
            default -> null;
        };
    }

    private static Bridges.Found load(Path file) {
        try {
            if (Files.size(file) == 0) {
                return missing("the native bridge " + file + " is empty", BUILD);
            }
            try {
                System.load(file.toString());
            } catch (UnsatisfiedLinkError e) {
                if (!String.valueOf(e.getMessage()).contains("libcudart") || !preloaded()) {
                    throw e;
                }
                System.load(file.toString());
            }
        } catch (UnsatisfiedLinkError | IOException e) {
            return missing("the native bridge can't be loaded (" + e.getMessage() + ")", cureOf(e.getMessage()));
        }
        return greet(NativeCalls.abiVersion(), file);
    }

    /** The preset knows more places where CUDA may lie: true where it has loaded the runtime. */
    private static boolean preloaded() {
        try {
            Loader.load(org.bytedeco.cuda.global.cudart.class);
            return true;
        } catch (LinkageError | RuntimeException e) {
            LOG.debug("the preset of cudart does not load", e);
            return false;
        }
    }

    /** What helps against the words of the system's loader. */
    static String cureOf(@Nullable String message) {
        if (message == null) {
            return BUILD;
        }
        if (message.contains("libcudart")) {
            return "install the CUDA runtime that it names, or add its folder to LD_LIBRARY_PATH";
        }
        if (message.contains("GLIBC")) {
            return "this system's C library is older than the bridge: " + BUILD;
        }
        return BUILD;
    }

    /** Nothing else may be called where the numbers differ. */
    static Bridges.Found greet(int abi, Path file) {
        if (abi != Bridge.ABI_VERSION) {
            return missing(
                    "the native bridge " + file + " speaks version " + abi + " of its interface and this DMS version "
                            + Bridge.ABI_VERSION,
                    BUILD);
        }
        return new Bridges.Found(new NativeBridge(), null, null);
    }

    private static Bridges.Found missing(String reason, String cure) {
        return new Bridges.Found(null, reason, cure);
    }
}
