package io.dms.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Answers as CUDA 11.4, 12.6 and 13.1 give them. */
class DeviceCountTest {
    private static String refusal(int driver, int devices, String error) {
        return String.valueOf(new DeviceCount(driver, 12060, devices, error, "the runtime's words").refusal(0));
    }

    @Test
    void aDeviceThatIsThereIsNotRefused() {
        assertThat(new DeviceCount(13010, 12060, 2, "", "").refusal(1)).isNull();
        assertThat(new DeviceCount(13010, 12060, 2, "", "").refusal(2))
                .startsWith("there is no NVIDIA device 2 here (2 found, driver for CUDA 13.1, runtime 12.6)");
    }

    @Test
    void aContainerWithoutAccessIsToldHowToGetIt() {
        assertThat(refusal(12060, 0, "cudaErrorNoDevice"))
                .isEqualTo(
                        "there is no NVIDIA device 0 here (0 found, driver for CUDA 12.6, runtime 12.6): plug one in,"
                                + " look at CUDA_VISIBLE_DEVICES; start a container with access to the GPU (docker run"
                                + " --gpus all, on a Jetson --runtime nvidia)");
        assertThat(refusal(0, 0, "cudaErrorInsufficientDriver"))
                .startsWith("there is no NVIDIA driver here")
                .contains("--gpus all");
    }

    /** The runtime knows of no driver then, but there is a file of its name. */
    @Test
    void theToolkitsStubIsNotTakenForAMissingDriver() {
        assertThat(refusal(0, 0, "cudaErrorStubLibrary")).contains("stub").contains("LD_LIBRARY_PATH");
    }

    @Test
    void aDriverThatIsTooOldIsToBeUpdated() {
        assertThat(refusal(11040, 0, "cudaErrorInsufficientDriver"))
                .isEqualTo("no NVIDIA device can be used (the runtime's words (cudaErrorInsufficientDriver), driver for"
                        + " CUDA 11.4, runtime 12.6): update the driver");
    }
}
