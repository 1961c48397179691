package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.EngineOptions.ProfileShape;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.EngineRunner;
import io.dms.cuda.DeviceException;
import io.dms.model.EnvironmentException;
import io.dms.model.Graph;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One engine with memory of its own, to look at its outputs. Takes the device over. */
final class SingleEngine implements EngineRunner {
    private final Device device;
    private final EngineRequest request;
    private final Activation activation;
    private final LoadedEngine engine;
    private @Nullable TensorMemory tensors;
    private int batch;

    SingleEngine(Device device, ByteBuffer plan, EngineRequest request) {
        this.device = device;
        this.request = request;
        this.activation = new Activation(device.cuda());
        LoadedEngine loaded = null;
        try {
            loaded = new LoadedEngine(device, plan, request.options().dlaCore());
            activation.grow(loaded.activationBytes());
            loaded.useActivation(activation.address(), activation.bytes());
            engine = loaded;
        } catch (RuntimeException | Error e) {
            if (loaded != null) {
                loaded.close();
            }
            activation.close();
            device.close();
            throw e;
        }
    }

    /** Tensor memory of exactly this batch, and shapes set to it. */
    private TensorMemory tensors(int wanted) {
        TensorMemory t = tensors;
        if (t == null || batch != wanted) {
            if (t != null) {
                t.close();
                tensors = null;
            }
            t = new TensorMemory(device.cuda(), request.network(), wanted);
            tensors = t;
            engine.bind(t, shapes(wanted));
            batch = wanted;
        }
        return t;
    }

    private int[][] shapes(int wanted) {
        List<Graph.Value> inputs = request.network().inputs();
        int[][] shapes = new int[inputs.size()][];
        for (int i = 0; i < shapes.length; i++) {
            shapes[i] = inputs.get(i).shape().withBatch(wanted).dims();
            ProfileShape p = request.options().profile().get(i);
            if (shapes[i].length > 0 && shapes[i][0] > p.most().dims()[0]) {
                throw new IllegalArgumentException("the engine was built for " + p.most() + " at most");
            }
        }
        return shapes;
    }

    @Override
    public void run(int wanted, FloatBuffer[] inputs, FloatBuffer[] outputs) {
        try {
            device.cuda().enter();
            TensorMemory t = tensors(wanted);
            t.take(inputs);
            t.enqueueInputs();
            engine.enqueue();
            t.enqueueOutputs();
            device.cuda().synchronize();
            t.give(outputs);
        } catch (DeviceException e) {
            throw new EnvironmentException(
                    "the engine of level " + request.level() + " of " + request.model() + " does not run: "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        engine.close();
        activation.close();
        TensorMemory t = tensors;
        if (t != null) {
            t.close();
        }
        device.close();
    }
}
