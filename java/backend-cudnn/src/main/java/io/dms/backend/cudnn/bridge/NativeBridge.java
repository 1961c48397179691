package io.dms.backend.cudnn.bridge;

/** The bridge of the loaded library. */
final class NativeBridge implements Bridge {
    private final String buildInfo = NativeCalls.buildInfo();
    private final boolean host = NativeCalls.attributeOf(0, TOOLKIT_VERSION) == 0;
    private final Graphs graphs = new NativeGraphs();
    private final Images images = new NativeImages();
    private final Tensors tensors = new NativeTensors();

    @Override
    public String buildInfo() {
        return buildInfo;
    }

    @Override
    public boolean isHost() {
        return host;
    }

    @Override
    public void checkDevice(int device) {
        NativeStatus.check(NativeCalls.checkDevice(device));
    }

    @Override
    public long attribute(int device, int attribute) {
        return NativeCalls.attributeOf(device, attribute);
    }

    @Override
    public Graphs graphs() {
        return graphs;
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public Tensors tensors() {
        return tensors;
    }
}
