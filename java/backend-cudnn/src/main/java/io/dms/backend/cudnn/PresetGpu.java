package io.dms.backend.cudnn;

import io.dms.cuda.PresetDevice;
import org.jspecify.annotations.Nullable;

/**
 * The device and both libraries through JavaCPP's presets. Calls only methods that {@code native-functions.txt} lists,
 * whose signatures are the same in all presets.
 */
final class PresetGpu extends PresetDevice implements Gpu {
    private final PresetBlas blas = new PresetBlas();
    private final PresetDnn dnn = new PresetDnn();
    private @Nullable BlasWorkspace workspace;

    /**
     * Opens a device.
     *
     * @param device its number among those that are visible
     * @param tf32 whether products in single precision may be rounded
     */
    PresetGpu(int device, boolean tf32) {
        super(device);
        try {
            blas.open(stream, runtimeVersion(), tf32 && architecture() >= 80);
            if (runtimeVersion() >= BlasWorkspace.SINCE) {
                workspace = new BlasWorkspace(this, blas.handle());
            }
            dnn.open(stream);
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    @Override
    public PresetBlas blas() {
        return blas;
    }

    @Override
    public PresetDnn dnn() {
        return dnn;
    }

    @Override
    public void close() {
        dnn.close();
        blas.close();
        if (workspace != null) {
            workspace.close();
        }
        super.close();
    }
}
