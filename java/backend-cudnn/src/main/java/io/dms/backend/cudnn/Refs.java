package io.dms.backend.cudnn;

import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnActivationStruct;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.Pointer;

/** Addresses in the shapes that the presets' methods want; each is set again and again, so that calls make no object. */
final class Refs {
    private Refs() {}

    /** Any memory. */
    static final class Memory extends Pointer {
        Memory() {
            super((Pointer) null);
        }

        Memory to(long where) {
            address = where;
            return this;
        }
    }

    /** A stream. */
    static final class Stream extends CUstream_st {}

    /** A cuDNN handle. */
    static final class Dnn extends cudnnContext {}

    /** A cuBLAS handle. */
    static final class Blas extends cublasContext {}

    /** A tensor descriptor. */
    static final class Tensor extends cudnnTensorStruct {
        Tensor to(long where) {
            address = where;
            return this;
        }
    }

    /** A filter descriptor. */
    static final class Filter extends cudnnFilterStruct {
        Filter to(long where) {
            address = where;
            return this;
        }
    }

    /** A convolution descriptor. */
    static final class Convolution extends cudnnConvolutionStruct {
        Convolution to(long where) {
            address = where;
            return this;
        }
    }

    /** An activation descriptor. */
    static final class Activation extends cudnnActivationStruct {
        Activation to(long where) {
            address = where;
            return this;
        }
    }
}
