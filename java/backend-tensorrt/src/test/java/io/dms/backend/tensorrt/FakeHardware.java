package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.EnginePlatform;
import io.dms.model.EnvironmentException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A library and a device in ordinary memory; each opening is a device of its own, all share the memory. */
final class FakeHardware implements Hardware {
    final FakeMemory memory = new FakeMemory();
    final FakeNvInfer nv;
    final List<FakeCuda> opened = new CopyOnWriteArrayList<>();

    @Nullable
    String refusal;

    FakeHardware(NvInferVersion version) {
        nv = new FakeNvInfer(version, this);
    }

    static FakeHardware eight() {
        return new FakeHardware(NvInferVersion.of(8502, -1));
    }

    static FakeHardware ten() {
        return new FakeHardware(NvInferVersion.of(100300, 30));
    }

    @Override
    public @Nullable String refusal() {
        return refusal;
    }

    @Override
    public void check() {
        if (refusal != null) {
            throw new EnvironmentException(refusal + ", or use backend cpu");
        }
    }

    @Override
    public String describe() {
        return "tensorrt (" + platform().describe() + ")";
    }

    @Override
    public EnginePlatform platform() {
        check();
        return Versions.platform(new Device(new FakeCuda(memory), nv, Generation.of(nv)), Path.of("/nowhere"));
    }

    @Override
    public Device open() {
        check();
        FakeCuda cuda = new FakeCuda(memory);
        opened.add(cuda);
        return Device.of(cuda, nv);
    }

    /** The device whose stream this is. */
    FakeCuda of(long stream) {
        return opened.stream()
                .filter(c -> c.stream() == stream && !c.closed)
                .findFirst()
                .orElseThrow();
    }

    /** The device that is not closed. */
    FakeCuda open1() {
        return opened.stream().filter(c -> !c.closed).reduce((a, b) -> b).orElseThrow();
    }
}
