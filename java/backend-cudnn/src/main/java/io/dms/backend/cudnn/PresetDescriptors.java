package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cudnn.*;

/** cuDNN's descriptors through JavaCPP's preset. Not thread-safe. */
final class PresetDescriptors implements Descriptors {
    private final Refs.Tensor tensor = new Refs.Tensor();
    private final Refs.Filter filter = new Refs.Filter();
    private final Refs.Convolution convolution = new Refs.Convolution();
    private final Refs.Activation activation = new Refs.Activation();

    @Override
    public long create(Kind kind) {
        int status = switch (kind) {
            case TENSOR -> cudnnCreateTensorDescriptor(tensor.to(0));
            case FILTER -> cudnnCreateFilterDescriptor(filter.to(0));
            case CONVOLUTION -> cudnnCreateConvolutionDescriptor(convolution.to(0));
            case ACTIVATION -> cudnnCreateActivationDescriptor(activation.to(0));
        };
        LibraryErrors.dnn(status, "making a descriptor");
        return switch (kind) {
            case TENSOR -> tensor.address();
            case FILTER -> filter.address();
            case CONVOLUTION -> convolution.address();
            case ACTIVATION -> activation.address();
        };
    }

    @Override
    public void destroy(Kind kind, long desc) {
        switch (kind) {
            case TENSOR -> cudnnDestroyTensorDescriptor(tensor.to(desc));
            case FILTER -> cudnnDestroyFilterDescriptor(filter.to(desc));
            case CONVOLUTION -> cudnnDestroyConvolutionDescriptor(convolution.to(desc));
            case ACTIVATION -> cudnnDestroyActivationDescriptor(activation.to(desc));
        }
    }

    @Override
    public void setTensor(
            long desc, boolean half, int n, int c, int h, int w, int nStride, int cStride, int hStride, int wStride) {
        int type = half ? CUDNN_DATA_HALF : CUDNN_DATA_FLOAT;
        int status =
                cudnnSetTensor4dDescriptorEx(tensor.to(desc), type, n, c, h, w, nStride, cStride, hStride, wStride);
        LibraryErrors.dnn(status, "describing a tensor");
    }

    @Override
    public void setFilter(long desc, boolean half, boolean nhwc, int k, int c, int r, int s) {
        int type = half ? CUDNN_DATA_HALF : CUDNN_DATA_FLOAT;
        int order = nhwc ? CUDNN_TENSOR_NHWC : CUDNN_TENSOR_NCHW;
        LibraryErrors.dnn(cudnnSetFilter4dDescriptor(filter.to(desc), type, order, k, c, r, s), "describing weights");
    }

    @Override
    public void setConvolution(
            long desc,
            int padH,
            int padW,
            int strideH,
            int strideW,
            int dilationH,
            int dilationW,
            int groups,
            int math) {
        convolution.to(desc);
        int status = cudnnSetConvolution2dDescriptor(
                convolution,
                padH,
                padW,
                strideH,
                strideW,
                dilationH,
                dilationW,
                CUDNN_CROSS_CORRELATION,
                CUDNN_DATA_FLOAT);
        LibraryErrors.dnn(status, "describing a convolution");
        LibraryErrors.dnn(cudnnSetConvolutionGroupCount(convolution, groups), "describing a convolution");
        LibraryErrors.dnn(cudnnSetConvolutionMathType(convolution, math), "describing a convolution");
    }

    @Override
    public void setMath(long desc, int math) {
        LibraryErrors.dnn(cudnnSetConvolutionMathType(convolution.to(desc), math), "describing a convolution");
    }

    @Override
    public void setActivation(long desc, int mode) {
        // The fused convolution takes no ReLU that propagates NaN.
        int status = cudnnSetActivationDescriptor(activation.to(desc), mode, CUDNN_NOT_PROPAGATE_NAN, 0);
        LibraryErrors.dnn(status, "describing an activation");
    }
}
