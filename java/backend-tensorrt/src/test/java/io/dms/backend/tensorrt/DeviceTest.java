package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.cuda.DeviceException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeviceTest {
    @ParameterizedTest
    @EnumSource(TensorRtSessionTest.Library.class)
    void aFailureOfTheLibraryOnALostDeviceIsTheDevices(TensorRtSessionTest.Library library) {
        FakeHardware h = library.open();
        try (Device device = h.open()) {
            assertThat(device.failure("the build failed").kind()).isEqualTo(DeviceException.Kind.OTHER);
            h.opened.forEach(c -> c.lost = true);
            assertThat(device.failure("the build failed"))
                    .hasMessageContaining("the build failed: TensorRT does not say why: ")
                    .hasMessageContaining("unspecified launch failure")
                    .extracting(DeviceException::kind)
                    .isEqualTo(DeviceException.Kind.LOST);
        }
    }
}
