package io.dms.monitor.nvml;

import io.dms.model.EnvironmentException;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Opens the source {@code nvml} where NVIDIA's driver is. */
public final class NvmlProvider implements MonitorProvider {
    private final Supplier<Nvml> library;

    /** For the service loader. */
    public NvmlProvider() {
        this(() -> JnaNvml.open(JnaNvml.LIBRARY));
    }

    NvmlProvider(Supplier<Nvml> library) {
        this.library = library;
    }

    @Override
    public String name() {
        return "nvml";
    }

    @Override
    public Opening open(MonitorOptions options) {
        if (!options.root().equals(Path.of("/"))) {
            return Opening.refused("the driver tells about this machine, not about " + options.root());
        }
        Nvml nvml;
        try {
            nvml = library.get();
        } catch (EnvironmentException e) {
            return Opening.refused(String.valueOf(e.getMessage()));
        } catch (LinkageError e) {
            return Opening.refused("the NVIDIA driver can't be called: " + e.getMessage());
        }
        if (nvml.gpus() == 0) {
            nvml.close();
            return Opening.refused("the NVIDIA driver sees no GPU");
        }
        return Opening.of(new NvmlSource(nvml));
    }
}
