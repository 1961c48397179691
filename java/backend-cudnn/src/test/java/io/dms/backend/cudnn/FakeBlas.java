package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import org.jspecify.annotations.Nullable;

/** Products that read like their formula. Checks leading dimensions, as cuBLAS does. */
final class FakeBlas implements Blas {
    private final FakeGpu gpu;

    /** In the place of cuBLASLt; null for none. */
    @Nullable
    Matmuls matmuls;

    FakeBlas(FakeGpu gpu) {
        this.gpu = gpu;
    }

    @Override
    public @Nullable Matmuls matmuls() {
        return matmuls;
    }

    @Override
    public void multiply(Product t, long a, long b, long c) {
        if (t.lda() < (t.transposeA() ? t.k() : t.m()) || t.ldb() < t.k() || t.ldc() < t.m()) {
            throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "leading dimension too small");
        }
        gpu.work(() -> {
            Memory.Elements x = gpu.memory.elements(a, t.half());
            Memory.Elements y = gpu.memory.elements(b, t.half());
            Memory.Elements z = gpu.memory.elements(c, t.half());
            for (int p = 0; p < t.count(); p++) {
                for (int j = 0; j < t.n(); j++) {
                    for (int i = 0; i < t.m(); i++) {
                        long ic = p * t.strideC() + i + (long) j * t.ldc();
                        double sum = t.add() ? z.get(ic) : 0;
                        for (int l = 0; l < t.k(); l++) {
                            long ia = p * t.strideA()
                                    + (t.transposeA() ? l + (long) i * t.lda() : i + (long) l * t.lda());
                            long ib = p * t.strideB() + l + (long) j * t.ldb();
                            sum += (double) x.get(ia) * y.get(ib);
                        }
                        z.put(ic, sum);
                    }
                }
            }
        });
    }
}
