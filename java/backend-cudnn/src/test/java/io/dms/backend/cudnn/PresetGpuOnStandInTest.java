package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.cuda.DeviceException;
import io.dms.cuda.DeviceMemory;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same calls through the real presets, on the stand-ins, and on the device in Java: results agree. */
class PresetGpuOnStandInTest {
    private static final int[][] SHAPES = {
        // n, c, h, w, k, r, s, pad, stride, dilation, groups
        {1, 8, 9, 7, 16, 3, 3, 1, 1, 1, 1},
        {2, 8, 8, 8, 8, 3, 3, 1, 2, 1, 1},
        {2, 16, 7, 9, 8, 3, 1, 0, 1, 2, 4},
        {1, 3, 12, 12, 8, 5, 5, 2, 2, 1, 1}
    };

    @BeforeEach
    void load() {
        StandIn.require();
        StandIn.reset();
    }

    @AfterEach
    void mend() {
        StandIn.reset();
    }

    private static Geometry geometry(int[] s, boolean back, boolean half, boolean nhwc) {
        int p = Geometry.outputs(s[2], s[7], s[5], s[8], s[9]);
        int q = Geometry.outputs(s[3], s[7], s[6], s[8], s[9]);
        int math = half ? Dnn.TENSOR_OP_MATH : Dnn.FMA_MATH;
        return new Geometry(
                back, half, nhwc, s[0], s[1], s[2], s[3], s[1], s[4], p, q, s[4], s[5], s[6], s[7], s[7], s[8], s[8],
                s[9], s[9], s[10], math);
    }

    /** Random numbers on a device. */
    private static DeviceMemory random(Gpu gpu, int n, boolean half, long seed) {
        int bytes = (half ? 2 : 4) * n;
        DeviceMemory device = DeviceMemory.device(gpu, bytes);
        try (DeviceMemory host = DeviceMemory.host(gpu, bytes)) {
            Random r = new Random(seed);
            ByteBuffer b = gpu.hostBuffer(host.address(), bytes);
            for (int i = 0; i < n; i++) {
                float v = r.nextFloat() - 0.5f;
                if (half) {
                    b.putShort(2 * i, Half.of(v));
                } else {
                    b.putFloat(4 * i, v);
                }
            }
            gpu.copyToDevice(device.address(), host.address(), bytes);
            gpu.synchronize();
        }
        return device;
    }

    private static float[] read(Gpu gpu, long address, int n, boolean half) {
        int bytes = (half ? 2 : 4) * n;
        try (DeviceMemory host = DeviceMemory.host(gpu, bytes)) {
            gpu.copyToHost(host.address(), address, bytes);
            gpu.synchronize();
            ByteBuffer b = gpu.hostBuffer(host.address(), bytes);
            float[] v = new float[n];
            for (int i = 0; i < n; i++) {
                v[i] = half ? Half.toFloat(b.getShort(2 * i)) : b.getFloat(4 * i);
            }
            return v;
        }
    }

    private static float[] convolve(Gpu gpu, Geometry g, boolean fused) {
        int xs = g.n() * g.c() * g.h() * g.w();
        int ys = g.n() * g.k() * g.p() * g.q();
        int ws = g.k() * (g.c() / g.groups()) * g.r() * g.s();
        try (DeviceMemory x = random(gpu, xs, g.half(), 1);
                DeviceMemory w = random(gpu, ws, g.half(), 2);
                DeviceMemory y = random(gpu, ys, g.half(), 3);
                DeviceMemory z = random(gpu, ys, g.half(), 4);
                DeviceMemory bias = random(gpu, g.k(), g.half(), 5);
                DeviceMemory work = DeviceMemory.device(gpu, 8 << 20);
                Convolution c = new Convolution(gpu.dnn())) {
            c.bind(g, g.math());
            Algorithm[] expected = c.algorithms(g.back(), 0, 0, 0, 0, 0);
            assertThat(expected).isNotEmpty();
            Algorithm[] found = c.algorithms(g.back(), x.address(), w.address(), y.address(), work.address(), 8 << 20);
            Algorithm best = Objects.requireNonNull(Algorithm.best(found, !g.half(), 8 << 20), g.key());
            c.bind(g, best.math());
            if (g.back()) {
                DeviceMemory operand = random(gpu, ys, g.half(), 6);
                c.back(operand.address(), w.address(), x.address(), best, work.address());
                float[] out = read(gpu, x.address(), xs, g.half());
                operand.close();
                return out;
            }
            if (fused) {
                c.fused(x.address(), w.address(), bias.address(), z.address(), true, y.address(), best, work.address());
            } else {
                c.forward(x.address(), w.address(), y.address(), best, work.address());
            }
            return read(gpu, y.address(), ys, g.half());
        }
    }

    private static void assertSame(float[] got, float[] want, double tolerance) {
        assertThat(got).hasSameSizeAs(want);
        for (int i = 0; i < want.length; i++) {
            assertThat((double) got[i]).as("element %d", i).isCloseTo(want[i], within(tolerance));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32 nchw", "f32 nhwc", "f16 nhwc", "f16 nchw"})
    void convolutionsAgree(String kind) {
        boolean half = kind.startsWith("f16");
        boolean nhwc = kind.endsWith("nhwc");
        long before = StandIn.get("live_descriptors");
        try (PresetGpu gpu = new PresetGpu(0, false);
                FakeGpu fake = new FakeGpu(new Memory())) {
            for (int[] s : SHAPES) {
                double tolerance = half ? 2e-2 : 1e-4;
                Geometry g = geometry(s, false, half, nhwc);
                assertSame(convolve(gpu, g, false), convolve(fake, g, false), tolerance);
                assertSame(convolve(gpu, g, true), convolve(fake, g, true), tolerance);
                Geometry back = geometry(s, true, half, nhwc);
                assertSame(convolve(gpu, back, false), convolve(fake, back, false), tolerance);
            }
        }
        assertThat(StandIn.get("live_descriptors")).isEqualTo(before);
    }

    private static float[] multiply(Gpu gpu, Product p) {
        int size = 200 * p.count();
        try (DeviceMemory a = random(gpu, size, p.half(), 1);
                DeviceMemory b = random(gpu, size, p.half(), 2);
                DeviceMemory c = random(gpu, size, p.half(), 3)) {
            gpu.blas().multiply(p, a.address(), b.address(), c.address());
            return read(gpu, c.address(), size, p.half());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void productsAgree(boolean half) {
        try (PresetGpu gpu = new PresetGpu(0, false);
                FakeGpu fake = new FakeGpu(new Memory())) {
            for (int i = 0; i < 8; i++) {
                Product p = Product.of((i & 1) != 0, 5, 7, 6, 9, 10, 8, half);
                Product added = (i & 2) != 0 ? p.added() : p;
                Product all = (i & 4) != 0 ? added.times(2, 100, 0, 90) : added;
                assertSame(multiply(gpu, all), multiply(fake, all), half ? 2e-3 : 1e-5);
            }
        }
    }

    @Test
    void aLostDeviceBehindALibrarysFailureIsTold() {
        try (PresetGpu gpu = new PresetGpu(0, false);
                DeviceMemory a = random(gpu, 200, false, 1)) {
            StandIn.set("error", 719);
            assertThatThrownBy(() -> gpu.blas()
                            .multiply(
                                    Product.of(false, 5, 7, 6, 9, 10, 8, false), a.address(), a.address(), a.address()))
                    .isInstanceOfSatisfying(
                            DeviceException.class, e -> assertThat(e.kind()).isEqualTo(DeviceException.Kind.LOST))
                    .hasMessageContaining("cudaErrorLaunchFailure");
            StandIn.set("error", 0);
        }
    }

    @Test
    void failuresSayWhatAndOfWhichKind() {
        try (PresetGpu gpu = new PresetGpu(0, false)) {
            assertThat(gpu.deviceName()).isNotBlank();
            assertThat(gpu.architecture()).isEqualTo(90);
            assertThat(gpu.freeBytes()).isPositive();
            assertThatThrownBy(() -> gpu.malloc(1L << 50))
                    .isInstanceOfSatisfying(
                            DeviceException.class,
                            e -> assertThat(e.kind()).isEqualTo(DeviceException.Kind.OUT_OF_MEMORY))
                    .hasMessageContaining("cudaErrorMemoryAllocation");
            Descriptors descriptors = gpu.dnn().descriptors();
            long desc = descriptors.create(Descriptors.Kind.TENSOR);
            assertThatThrownBy(() -> descriptors.setTensor(desc, false, 1, -1, 1, 1, 1, 1, 1, 1))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("CUDNN_STATUS");
            descriptors.destroy(Descriptors.Kind.TENSOR, desc);
        }
    }

    @Test
    void aCallAllocatesNothingInJava() {
        com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        Geometry g = geometry(SHAPES[0], false, false, false);
        Geometry other = geometry(SHAPES[0], false, false, false);
        Product product = Product.of(false, 4, 4, 4, 4, 4, 4, false);
        try (PresetGpu gpu = new PresetGpu(0, false);
                DeviceMemory x = random(gpu, 8 * 9 * 7, false, 1);
                DeviceMemory w = random(gpu, 16 * 8 * 9, false, 2);
                DeviceMemory y = random(gpu, 16 * 9 * 7, false, 3);
                DeviceMemory bias = random(gpu, 16, false, 4);
                DeviceMemory work = DeviceMemory.device(gpu, 8 << 20);
                Convolution c = new Convolution(gpu.dnn())) {
            c.bind(g, Dnn.FMA_MATH);
            @Nullable Algorithm a = null;
            for (Algorithm f : c.algorithms(false, 0, 0, 0, 0, 0)) {
                a = f.id() == 1 && f.math() == Dnn.FMA_MATH ? f : a;
            }
            Algorithm best = Objects.requireNonNull(a);
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 5; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 100; i++) {
                    c.bind(i % 2 == 0 ? g : other, Dnn.FMA_MATH);
                    c.forward(x.address(), w.address(), y.address(), best, work.address());
                    c.fused(x.address(), w.address(), bias.address(), 0, true, y.address(), best, work.address());
                    gpu.blas().multiply(product, x.address(), w.address(), y.address());
                    gpu.synchronize();
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).isZero();
        }
    }
}
