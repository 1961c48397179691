package io.dms.backend.tensorrt;

import io.dms.cuda.DeviceException;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes levels of a session ready: engines on its shelf, with the scratch memory and the tensors that all share. Owns none
 * of what it is given. Not thread-safe.
 */
final class Loading {
    private static final Logger LOG = LoggerFactory.getLogger(Loading.class);

    private final ScalableModel model;
    private final SessionOptions options;
    private final int dlaCore;
    private final Device device;
    private final TensorMemory tensors;
    private final Activation activation;
    private final Shelf shelf;
    private final int[][] shapes;

    Loading(
            ScalableModel model,
            SessionOptions options,
            int dlaCore,
            Device device,
            TensorMemory tensors,
            Activation activation,
            Shelf shelf) {
        this.model = model;
        this.options = options;
        this.dlaCore = dlaCore;
        this.device = device;
        this.tensors = tensors;
        this.activation = activation;
        this.shelf = shelf;
        this.shapes = model.graph().inputs().stream()
                .map(v -> v.shape().withBatch(options.batch()).dims())
                .toArray(int[][]::new);
    }

    /**
     * Makes an engine of a plan, runs it once and records it; where that fails nothing of it stays.
     *
     * @throws DeviceException if the library refuses it or memory is missing
     */
    LoadedEngine load(WidthLevel level, ByteBuffer plan) {
        LoadedEngine engine = null;
        try {
            // A build may have used the device from its own thread or context.
            device.cuda().enter();
            shelf.makeRoom(plan.remaining());
            engine = new LoadedEngine(device, plan, dlaCore);
            makeReady(level, engine);
        } catch (RuntimeException e) {
            giveUp(engine, e);
            throw e;
        } catch (Error e) {
            giveUp(engine, e);
            throw e;
        }
        shelf.put(level, engine);
        return engine;
    }

    private static void giveUp(@Nullable LoadedEngine engine, Throwable because) {
        if (engine == null) {
            return;
        }
        try {
            engine.close();
        } catch (RuntimeException second) {
            because.addSuppressed(second);
        }
    }

    private void makeReady(WidthLevel level, LoadedEngine engine) {
        boolean moved = activation.grow(engine.activationBytes());
        if (moved) {
            for (LoadedEngine e : shelf.all()) {
                e.useActivation(activation.address(), activation.bytes());
            }
        }
        engine.useActivation(activation.address(), activation.bytes());
        engine.bind(tensors, shapes);
        // Once without recording: the library loads kernels and allocates on first use, and settles shapes.
        tensors.enqueueInputs();
        engine.enqueue();
        tensors.enqueueOutputs();
        device.cuda().synchronize();
        if (options.launch() == Launch.GRAPH) {
            record(level.name(), engine);
            for (LoadedEngine e : shelf.all()) {
                if (e.isStale()) {
                    record("another level", e);
                }
            }
        }
    }

    /** Some layers can't be recorded; then the level's work is put on the stream call by call. */
    void record(String what, LoadedEngine engine) {
        try {
            engine.record(tensors);
        } catch (DeviceException e) {
            if (e.kind() != DeviceException.Kind.OTHER) {
                throw e;
            }
            LOG.info("level {} of {} runs without a graph: {}", what, model.name(), e.getMessage());
        }
    }
}
