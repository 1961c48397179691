package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.Dequantised;
import io.dms.backend.tensorrt.cache.EngineOptions;
import io.dms.backend.tensorrt.cache.EngineOptions.Precision;
import io.dms.backend.tensorrt.cache.EngineOptions.ProfileShape;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.model.UserException;
import java.util.Locale;

/** Whether the network and the device have what a build is asked for; the library itself would ignore what they lack. */
final class BuildCheck {
    private final Device device;
    private final NvInfer nv;
    private final EngineRequest request;
    private final EngineOptions options;

    BuildCheck(Device device, EngineRequest request) {
        this.device = device;
        this.nv = device.nv();
        this.request = request;
        this.options = request.options();
    }

    /** Throws {@link UserException} where something can't be had. */
    void check(long builder) {
        String name = device.cuda().deviceName();
        Precision precision = options.precision();
        boolean scales = Dequantised.isQuantised(request.network());
        if (precision == Precision.INT8 && !scales) {
            throw new UserException("the model " + request.model() + " has no scales for int8 (QuantizeLinear and"
                    + " DequantizeLinear nodes): quantise it first, or use precision fp16");
        }
        if (scales && precision != Precision.INT8) {
            throw new UserException(
                    "the model " + request.model() + " is quantised (it has QuantizeLinear nodes): use precision int8");
        }
        boolean has = switch (precision) {
            case FP32 -> true;
            case TF32 -> nv.hasTf32(builder);
            case FP16 -> nv.hasFastFp16(builder);
            case INT8 -> nv.hasFastInt8(builder);
        };
        if (!has) {
            throw new UserException(name + " has no fast " + precision.name().toLowerCase(Locale.ROOT)
                    + ": use precision fp32" + (precision == Precision.INT8 ? " and a model without scales" : ""));
        }
        if (options.dlaCore() >= 0) {
            checkDla(builder, name, precision);
        }
        if (!options.flags().isEmpty()) {
            throw new UserException(
                    "TensorRT's builder is given no flags by name: leave out " + String.join(", ", options.flags()));
        }
    }

    private void checkDla(long builder, String name, Precision precision) {
        int cores = nv.dlaCores(builder);
        if (options.dlaCore() >= cores) {
            throw new UserException(name + " has " + (cores == 0 ? "no" : String.valueOf(cores))
                    + " deep-learning accelerator cores" + (cores == 0 ? "" : ", counted from 0")
                    + ": there is no core " + options.dlaCore());
        }
        if (precision != Precision.FP16 && precision != Precision.INT8) {
            throw new UserException("a deep-learning accelerator computes in fp16 or int8: use precision fp16");
        }
        for (ProfileShape p : options.profile()) {
            if (!p.least().equals(p.most())) {
                throw new UserException("a deep-learning accelerator takes one shape alone, and input " + p.input()
                        + " has " + p.least() + " to " + p.most() + ": build for one batch");
            }
        }
    }
}
