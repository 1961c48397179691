package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
import io.dms.backend.cudnn.bridge.Graphs;
import io.dms.backend.cudnn.bridge.Images;
import io.dms.backend.cudnn.bridge.Tensors;

/** The native bridge's kernels as their formulas read, on {@link Memory}; recordings as {@link Recordings} keeps them. */
final class FakeBridge implements Bridge, Graphs {
    private final Images images;
    private final Tensors tensors;

    FakeBridge(Memory memory) {
        images = new FakeImages(memory);
        tensors = new FakeTensors(memory);
    }

    @Override
    public String buildInfo() {
        return "dms-bridge in Java";
    }

    @Override
    public boolean isHost() {
        return true;
    }

    @Override
    public void checkDevice(int device) {}

    @Override
    public long attribute(int device, int attribute) {
        return -1;
    }

    @Override
    public Graphs graphs() {
        return this;
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public Tensors tensors() {
        return tensors;
    }

    @Override
    public void begin(long stream) {
        Recordings.begin(stream);
    }

    @Override
    public boolean isRecording(long stream) {
        return Recordings.of(stream) != null;
    }

    @Override
    public long end(long stream) {
        return Recordings.end(stream);
    }

    @Override
    public void abort(long stream) {
        Recordings.abort(stream);
    }

    @Override
    public long nodes(long graph) {
        return 0;
    }

    @Override
    public void upload(long graph, long stream) {}

    @Override
    public void launch(long graph, long stream) {
        Recordings.replay(graph);
    }

    @Override
    public void destroy(long graph) {
        Recordings.destroy(graph);
    }
}
