package io.dms.backend.tensorrt.cache;

import java.nio.FloatBuffer;

/** An engine that runs. Owns its memory on the device until it is closed. One thread at a time. */
public interface EngineRunner extends AutoCloseable {
    /**
     * One inference; returns when the outputs are there.
     *
     * @param batch images, within the profile of the request
     * @param inputs in the order of the network, float32, direct, native byte order, read from index 0
     * @param outputs likewise, written from index 0
     */
    void run(int batch, FloatBuffer[] inputs, FloatBuffer[] outputs);

    @Override
    void close();
}
