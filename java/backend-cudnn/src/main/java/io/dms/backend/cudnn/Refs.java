package io.dms.backend.cudnn;

import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudnn.cudnnActivationStruct;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;

/** Descriptors and handles in the shapes that the presets' methods want; as {@link io.dms.cuda.MemoryRef}. */
final class Refs {
    private Refs() {}

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
