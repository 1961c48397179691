package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineTest {
    @Test
    void whatLacksIsWhatIsToBeInstalled() {
        assertThat(Machine.missing("libnvinfer.so.10: cannot open shared object file", "12.6"))
                .isEqualTo("TensorRT can't be loaded (libnvinfer.so.10: cannot open shared object file): install it for"
                        + " CUDA 12.6 (on a Jetson: sudo apt install nvidia-jetpack), or name its folder in"
                        + " LD_LIBRARY_PATH");
        assertThat(Machine.missing("libcublas.so.13: cannot open shared object file", "13.1"))
                .contains("install cuBLAS, cuDNN and NVRTC, which its presets load with it, for CUDA 13.1")
                .endsWith("or name their folders in LD_LIBRARY_PATH");
    }
}
