package io.dms.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceMemoryTest {
    private final List<String> calls = new ArrayList<>();
    private @Nullable DeviceException failure;

    private CudaDevice device() {
        Class<CudaDevice> type = CudaDevice.class;
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            calls.add(method.getName() + " " + args[0]);
            if (failure != null) {
                throw Objects.requireNonNull(failure);
            }
            return method.getReturnType() == long.class ? 4096L : null;
        }));
    }

    @Test
    void aBlockIsGivenBackOnceAndCountedWhileItLives() {
        long before = DeviceMemory.liveBytes();
        DeviceMemory block = DeviceMemory.device(device(), 1000);
        DeviceMemory host = DeviceMemory.host(device(), 1);
        assertThat(DeviceMemory.liveBytes()).isEqualTo(before + 1000 + 256);
        assertThat(block.address()).isEqualTo(4096);
        for (int i = 0; i < 2; i++) {
            block.close();
            host.close();
        }
        assertThat(calls).containsExactly("malloc 1000", "hostAlloc 256", "free 4096", "hostFree 4096");
        assertThat(block.address()).isZero();
        assertThat(DeviceMemory.liveBytes()).isEqualTo(before);
    }

    @Test
    void withTheContextItsMemoryIsGoneAndOtherFailuresAreTold() {
        DeviceMemory block = DeviceMemory.device(device(), 1000);
        DeviceMemory other = DeviceMemory.device(device(), 1000);
        failure = new DeviceException(DeviceException.Kind.LOST, "freeing device memory: lost");
        assertThatCode(block::close).doesNotThrowAnyException();
        failure = new DeviceException(DeviceException.Kind.OTHER, "freeing device memory: odd");
        assertThatThrownBy(other::close).hasMessageContaining("odd");
    }
}
