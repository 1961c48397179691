package io.dms.backend.cudnn;

import io.dms.runtime.SessionOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A device in ordinary memory, shared by all sessions. */
final class FakeHardware implements Hardware {
    final Memory memory = new Memory();
    final FakeBridge bridge = new FakeBridge(memory);
    final AlgorithmCache cache;
    final List<FakeGpu> opened = new ArrayList<>();
    boolean fuses = true;
    int architecture = 75;

    /** Is told of each convolution that any session binds. */
    FakeDnn.@Nullable Watcher watcher;

    /** In the place of cuBLASLt. */
    @Nullable
    Matmuls matmuls;

    FakeHardware(Path folder) {
        cache = new AlgorithmCache(folder, "Fake GPU sm75 cudnn91900");
    }

    @Override
    public @Nullable String refusal() {
        return null;
    }

    @Override
    public void check() {}

    @Override
    public String describe() {
        return "cudnn (Fake GPU)";
    }

    @Override
    public synchronized Opened open(SessionOptions.Precision precision) {
        FakeGpu gpu = new FakeGpu(memory);
        gpu.dnn.fuses = fuses;
        gpu.dnn.watcher = watcher;
        gpu.blas.matmuls = matmuls;
        gpu.architecture = architecture;
        opened.add(gpu);
        return new Opened(gpu, bridge, cache, work -> 0);
    }

    FakeGpu last() {
        return opened.get(opened.size() - 1);
    }
}
