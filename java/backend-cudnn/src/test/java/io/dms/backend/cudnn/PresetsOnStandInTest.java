package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.cuda.global.cudart.cudaDeviceSynchronize;
import static org.bytedeco.cuda.global.cudart.cudaFree;
import static org.bytedeco.cuda.global.cudart.cudaGetDeviceProperties;
import static org.bytedeco.cuda.global.cudart.cudaMalloc;
import static org.bytedeco.cuda.global.cudart.cudaMemcpy;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;
import static org.bytedeco.cuda.global.cudnn.*;

import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real presets load the stand-ins, and the stand-ins hold a caller to the rules. */
class PresetsOnStandInTest {
    private static final int ILLEGAL_ADDRESS = 700;

    @BeforeEach
    void load() {
        StandIn.require();
        StandIn.reset();
    }

    @AfterEach
    void mend() {
        StandIn.reset();
    }

    private static Pointer device(float... values) {
        Pointer p = new Pointer();
        assertThat(cudaMalloc(p, 4L * values.length)).isZero();
        assertThat(cudaMemcpy(p, new FloatPointer(values), 4L * values.length, cudaMemcpyHostToDevice))
                .isZero();
        return p;
    }

    private static float[] host(Pointer p, int n) {
        FloatPointer out = new FloatPointer(n);
        assertThat(cudaMemcpy(out, p, 4L * n, cudaMemcpyDeviceToHost)).isZero();
        float[] values = new float[n];
        out.get(values);
        return values;
    }

    /** A 2x2 window of ones over 3x3, one channel. */
    private static int convolve(Pointer x, Pointer w, Pointer y, int algorithm, int math, Pointer space, long bytes) {
        cudnnContext handle = new cudnnContext();
        cudnnTensorStruct in = new cudnnTensorStruct();
        cudnnTensorStruct out = new cudnnTensorStruct();
        cudnnFilterStruct filter = new cudnnFilterStruct();
        cudnnConvolutionStruct conv = new cudnnConvolutionStruct();
        int ok = cudnnCreate(handle)
                | cudnnCreateTensorDescriptor(in)
                | cudnnCreateTensorDescriptor(out)
                | cudnnCreateFilterDescriptor(filter)
                | cudnnCreateConvolutionDescriptor(conv)
                | cudnnSetTensor4dDescriptor(in, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 1, 1, 3, 3)
                | cudnnSetTensor4dDescriptor(out, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 1, 1, 2, 2)
                | cudnnSetFilter4dDescriptor(filter, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, 1, 1, 2, 2)
                | cudnnSetConvolution2dDescriptor(conv, 0, 0, 1, 1, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT)
                | cudnnSetConvolutionMathType(conv, math);
        assertThat(ok).isZero();
        try (FloatPointer one = new FloatPointer(1f);
                FloatPointer zero = new FloatPointer(0f)) {
            return cudnnConvolutionForward(handle, one, in, x, filter, w, conv, algorithm, space, bytes, zero, out, y);
        } finally {
            cudnnDestroyTensorDescriptor(in);
            cudnnDestroyTensorDescriptor(out);
            cudnnDestroyFilterDescriptor(filter);
            cudnnDestroyConvolutionDescriptor(conv);
            cudnnDestroy(handle);
        }
    }

    @Test
    void theRealPresetsRunOnThem() {
        cudaDeviceProp properties = new cudaDeviceProp();
        assertThat(cudaGetDeviceProperties(properties, 0)).isZero();
        assertThat(properties.name().getString()).isEqualTo("NVIDIA H200");
        assertThat(properties.major()).isEqualTo(9);
        assertThat(properties.multiProcessorCount()).isEqualTo(132);
        assertThat(properties.totalGlobalMem()).isEqualTo(3072L << 20);
        Pointer x = device(1, 2, 3, 4, 5, 6, 7, 8, 9);
        Pointer w = device(1, 1, 1, 1);
        Pointer y = device(0, 0, 0, 0);
        assertThat(convolve(x, w, y, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, CUDNN_FMA_MATH, new Pointer(), 0))
                .isZero();
        assertThat(host(y, 4)).containsExactly(12, 16, 24, 28);
        cudaFree(x);
        cudaFree(w);
        cudaFree(y);
    }

    @Test
    void theDefaultMathRoundsToTf32AndFmaDoesNot() {
        float fine = 1 + 1f / (1 << 15);
        Pointer x = device(fine, fine, fine, fine, fine, fine, fine, fine, fine);
        Pointer w = device(1, 0, 0, 0);
        Pointer y = device(0, 0, 0, 0);
        convolve(x, w, y, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, CUDNN_DEFAULT_MATH, new Pointer(), 0);
        assertThat(host(y, 1)).containsExactly(1f);
        convolve(x, w, y, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, CUDNN_FMA_MATH, new Pointer(), 0);
        assertThat(host(y, 1)).containsExactly(fine);
    }

    @Test
    void aWorkspaceTooSmallIsRefused() {
        Pointer x = device(1, 2, 3, 4, 5, 6, 7, 8, 9);
        Pointer y = device(0, 0, 0, 0);
        Pointer space = device(new float[100]);
        int precomputed = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
        assertThat(convolve(x, x, y, precomputed, CUDNN_FMA_MATH, new Pointer(), 0))
                .isNotZero();
        assertThat(convolve(x, x, y, precomputed, CUDNN_FMA_MATH, space, 147)).isNotZero();
        assertThat(convolve(x, x, y, precomputed, CUDNN_FMA_MATH, space, 148)).isZero();
        assertThat(cudaDeviceSynchronize()).isZero();
    }

    @Test
    void hostMemoryWhereDeviceMemoryIsDueLosesTheDevice() {
        Pointer y = device(0, 0, 0, 0);
        FloatPointer host = new FloatPointer(9);
        convolve(host, y, y, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, CUDNN_FMA_MATH, new Pointer(), 0);
        assertThat(cudaDeviceSynchronize()).isEqualTo(ILLEGAL_ADDRESS);
        assertThat(cudaMalloc(new Pointer(), 4)).isEqualTo(ILLEGAL_ADDRESS);
    }

    @Test
    void readingWhatNobodyWroteLosesTheDevice() {
        Pointer fresh = new Pointer();
        cudaMalloc(fresh, 36);
        Pointer y = device(0, 0, 0, 0);
        Pointer w = device(1, 1, 1, 1);
        convolve(fresh, w, y, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, CUDNN_FMA_MATH, new Pointer(), 0);
        assertThat(cudaDeviceSynchronize()).isEqualTo(ILLEGAL_ADDRESS);
    }

    @Test
    void readingPastAnAllocationLosesTheDevice() {
        Pointer small = device(1, 2, 3, 4, 5, 6, 7, 8);
        Pointer w = device(1, 1, 1, 1);
        Pointer y = device(0, 0, 0, 0);
        convolve(small, w, y, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, CUDNN_FMA_MATH, new Pointer(), 0);
        assertThat(cudaDeviceSynchronize()).isEqualTo(ILLEGAL_ADDRESS);
    }

    @Test
    void countsWhatIsAllocated() {
        long before = StandIn.get("live_bytes");
        Pointer p = device(1, 2, 3);
        assertThat(StandIn.get("live_bytes")).isEqualTo(before + 12);
        cudaFree(p);
        assertThat(StandIn.get("live_bytes")).isEqualTo(before);
        StandIn.set("fail_allocation", 1);
        assertThat(cudaMalloc(new Pointer(), 4)).isEqualTo(2);
        assertThat(cudaMalloc(new Pointer(), 4)).isZero();
    }
}
