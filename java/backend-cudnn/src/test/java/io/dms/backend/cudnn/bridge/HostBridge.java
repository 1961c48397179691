package io.dms.backend.cudnn.bridge;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The host build of the bridge, for tests: its "device" addresses are ordinary ones. */
public final class HostBridge {
    private HostBridge() {}

    /** Where the build puts it. */
    public static Path file() {
        String name = BridgeLoader.platform(System.getProperty("os.name"), System.getProperty("os.arch")) + "-host";
        return Path.of("target", "bridge", name, "io/dms/backend/cudnn/bridge", name, "libdms_bridge.so")
                .toAbsolutePath();
    }

    /** The bridge; the test is skipped where it was not built. */
    public static Bridge require() {
        if (System.getProperty(BridgeLoader.PROPERTY) == null) {
            assumeTrue(
                    Files.isRegularFile(file()),
                    "no host build of the native bridge: it needs CMake and a C++ compiler (native/build host)");
            System.setProperty(BridgeLoader.PROPERTY, file().toString());
        }
        Bridge bridge = Bridges.get();
        assumeTrue(bridge.isHost(), "the loaded bridge is not its host build");
        return bridge;
    }
}
