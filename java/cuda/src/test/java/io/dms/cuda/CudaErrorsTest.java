package io.dms.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.dms.cuda.DeviceException.Kind;
import org.junit.jupiter.api.Test;

class CudaErrorsTest {
    @Test
    void aCodeSaysWhatCanBeDone() {
        assertThat(CudaErrors.kind(2, "cudaErrorMemoryAllocation")).isEqualTo(Kind.OUT_OF_MEMORY);
        assertThat(CudaErrors.kind(700, "cudaErrorIllegalAddress")).isEqualTo(Kind.LOST);
        assertThat(CudaErrors.kind(1, "cudaErrorInvalidValue")).isEqualTo(Kind.OTHER);
    }

    @Test
    void successAsksTheLibraryNothing() {
        // Where there is no library a call would fail to link.
        assertThatCode(() -> CudaErrors.check(0, "nothing")).doesNotThrowAnyException();
    }
}
