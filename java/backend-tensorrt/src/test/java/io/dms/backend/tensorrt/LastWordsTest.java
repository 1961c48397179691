package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Messages as TensorRT 8.4, 10.6 and 10.15 log them where there is no device. */
class LastWordsTest {
    private final LastWords words = new LastWords();

    @Test
    void theCauseAndTheEndAreTold() {
        words.add(1, "createInferRuntime: Error Code 6: API Usage Error (CUDA initialization failure with error: 100)");
        words.add(1, "Error Code 2: of what follows");
        words.add(1, "[checkMacros.cpp::catchCudaError::229] Error Code 1: Cuda Runtime\nat some place");
        assertThat(words.take())
                .isEqualTo("createInferRuntime: Error Code 6: API Usage Error (CUDA initialization failure with error:"
                        + " 100); [checkMacros.cpp::catchCudaError::229] Error Code 1: Cuda Runtime");
    }

    @Test
    void aWarningIsTheReasonWhereThereIsNoError() {
        words.add(2, "Unable to determine GPU memory usage");
        words.add(2, "CUDA initialization failure with error: 35. Please check your CUDA installation");
        words.add(3, "[MemUsageChange] Init CUDA: CPU +0, GPU +0, now: CPU 32, GPU 0 (MiB)");
        assertThat(words.take())
                .isEqualTo("CUDA initialization failure with error: 35. Please check your CUDA installation");
    }

    @Test
    void whatWasToldIsForgotten() {
        words.add(0, "once");
        words.add(0, "once");
        assertThat(words.take()).isEqualTo("once");
        assertThat(words.take()).isNull();
    }
}
