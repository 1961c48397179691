package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.NvInfer.Kind;
import io.dms.cuda.DeviceException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * TensorRT 8: tensors have indexes, found by name once. Its reference (class {@code IExecutionContext}) wants all input
 * shapes and the scratch memory set before work is enqueued, and addresses in the order of the bindings.
 */
record BindingIndexes(NvInfer nv) implements Generation {
    @Override
    public int networkFlags() {
        return NvInfer.EXPLICIT_BATCH;
    }

    @Override
    public void limitMemory(long config, long bytes) {
        nv.setMaxWorkspaceSize(config, bytes);
    }

    @Override
    public boolean watch(long config, NvInfer.@Nullable Progress progress) {
        return false;
    }

    @Override
    public long activationBytes(long engine) {
        return nv.deviceMemory(engine);
    }

    @Override
    public long newContext(long engine) {
        return nv.newContextWithoutMemory(engine);
    }

    @Override
    public void useMemory(long context, long address, long bytes) {
        nv.setDeviceMemory(context, address);
    }

    @Override
    public Bound bind(long engine, long context, String[] names, int inputs, int[][] shapes, long[] addresses) {
        long[] byBinding = new long[nv.bindings(engine)];
        for (int i = 0; i < names.length; i++) {
            int index = nv.bindingIndex(engine, names[i]);
            if (index < 0 || index >= byBinding.length) {
                throw new DeviceException(DeviceException.Kind.OTHER, "the engine has no tensor " + names[i]);
            }
            byBinding[index] = addresses[i];
            if (i < inputs && !nv.setBindingDimensions(context, index, shapes[i])) {
                throw NamedTensors.refusedShape(names[i], shapes[i]);
            }
        }
        if (Arrays.stream(byBinding).anyMatch(a -> a == 0)) {
            throw new DeviceException(
                    DeviceException.Kind.OTHER,
                    "the engine has " + byBinding.length + " tensors and the network " + names.length);
        }
        return new Bound(context, nv.newBindings(byBinding));
    }

    @Override
    public boolean enqueue(Bound bound, long stream) {
        return nv.enqueueV2(bound.context(), bound.bindings(), stream);
    }

    @Override
    public void unbind(Bound bound) {
        nv.freeBindings(bound.bindings());
    }

    @Override
    public void free(Kind kind, long object) {
        if (object != 0) {
            nv.destroy(kind, object);
        }
    }
}
