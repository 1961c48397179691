package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.NvInfer.Kind;
import io.dms.cuda.DeviceException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * TensorRT 10: tensors have names. Its reference (class {@code IExecutionContext}) wants the shapes of all inputs, the
 * addresses of all tensors and the scratch memory set before work is enqueued; they stay set.
 */
record NamedTensors(NvInfer nv) implements Generation {
    @Override
    public int networkFlags() {
        // Every network has an explicit batch here.
        return 0;
    }

    @Override
    public void limitMemory(long config, long bytes) {
        nv.setWorkspacePool(config, bytes);
    }

    @Override
    public boolean watch(long config, NvInfer.@Nullable Progress progress) {
        nv.setProgress(config, progress);
        return true;
    }

    @Override
    public long activationBytes(long engine) {
        return nv.deviceMemoryV2(engine);
    }

    @Override
    public long newContext(long engine) {
        return nv.newContext(engine, NvInfer.USER_MANAGED);
    }

    @Override
    public void useMemory(long context, long address, long bytes) {
        nv.setDeviceMemoryV2(context, address, bytes);
    }

    @Override
    public Bound bind(long engine, long context, String[] names, int inputs, int[][] shapes, long[] addresses) {
        if (nv.tensors(engine) != names.length) {
            throw new DeviceException(
                    DeviceException.Kind.OTHER,
                    "the engine has " + nv.tensors(engine) + " tensors and the network " + names.length);
        }
        for (int i = 0; i < inputs; i++) {
            if (!nv.setInputShape(context, names[i], shapes[i])) {
                throw refusedShape(names[i], shapes[i]);
            }
        }
        for (int i = 0; i < names.length; i++) {
            if (!nv.setTensorAddress(context, names[i], addresses[i])) {
                throw new DeviceException(DeviceException.Kind.OTHER, "the engine has no tensor " + names[i]);
            }
        }
        return new Bound(context, 0);
    }

    static DeviceException refusedShape(String name, int[] shape) {
        return new DeviceException(
                DeviceException.Kind.OTHER, "the engine does not take " + Arrays.toString(shape) + " as " + name);
    }

    @Override
    public boolean enqueue(Bound bound, long stream) {
        return nv.enqueueV3(bound.context(), stream);
    }

    @Override
    public void unbind(Bound bound) {
        // The context knows its addresses.
    }

    @Override
    public void free(Kind kind, long object) {
        if (object != 0) {
            nv.delete(kind, object);
        }
    }
}
