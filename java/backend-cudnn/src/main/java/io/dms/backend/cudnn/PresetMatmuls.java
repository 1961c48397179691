package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cublas.*;

import io.dms.cuda.DeviceException;
import io.dms.cuda.MemoryRef;
import io.dms.cuda.StreamRef;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * cuBLASLt through JavaCPP's preset, which has it from CUDA 11 on. A product is made of its {@link MatmulWay} alone, which the
 * library checks, whether it was proposed a moment ago or is remembered.
 */
final class PresetMatmuls implements Matmuls {
    private final cublasLtContext handle = new cublasLtContext();
    private final StreamRef stream;
    private final FloatPointer one = new FloatPointer(1).put(1f);
    private final FloatPointer zero = new FloatPointer(1).put(0f);
    private boolean closed;

    /**
     * Makes the handle.
     *
     * @param stream on which products run
     * @throws DeviceException if the library has none
     */
    PresetMatmuls(StreamRef stream) {
        this.stream = stream;
        LibraryErrors.blas(cublasLtCreate(handle), "opening cuBLASLt");
    }

    @Override
    public long version() {
        return cublasLtGetVersion();
    }

    @Override
    public List<MatmulWay> propose(Matmul m, int most, long workspace, long bias) {
        List<MatmulWay> ways = new ArrayList<>();
        try (MatmulDescriptors d = new MatmulDescriptors(m);
                cublasLtMatmulHeuristicResult_t found = new cublasLtMatmulHeuristicResult_t(most);
                IntPointer count = new IntPointer(1).put(0)) {
            d.bind(bias);
            cublasLtMatmulPreferenceOpaque_t p = d.preference(workspace);
            int status;
            try {
                status = cublasLtMatmulAlgoGetHeuristic(
                        handle, d.matmul(), d.a(), d.b(), d.c(), d.d(), p, most, found, count);
            } finally {
                cublasLtMatmulPreferenceDestroy(p);
            }
            LibraryErrors.blas(status, "asking for products");
            for (int i = 0; i < count.get(); i++) {
                cublasLtMatmulHeuristicResult_t one = found.position(i);
                if (one.state() == 0) {
                    cublasLtMatmulAlgo_t algo = one.algo();
                    ways.add(new MatmulWay(LongStream.range(0, MatmulWay.WORDS)
                            .mapToObj(w -> algo.data((int) w))
                            .toList()));
                }
            }
            found.position(0);
        } catch (DeviceException e) {
            if (!e.isRefusal()) {
                throw e;
            }
        }
        return ways;
    }

    @Override
    public Plan plan(Matmul m, MatmulWay way) {
        MatmulDescriptors d = new MatmulDescriptors(m);
        cublasLtMatmulAlgo_t algo = new cublasLtMatmulAlgo_t();
        try (cublasLtMatmulHeuristicResult_t checked = new cublasLtMatmulHeuristicResult_t()) {
            for (int i = 0; i < MatmulWay.WORDS; i++) {
                algo.data(i, way.words().get(i));
            }
            int status = cublasLtMatmulAlgoCheck(handle, d.matmul(), d.a(), d.b(), d.c(), d.d(), algo, checked);
            LibraryErrors.blas(status == 0 ? checked.state() : status, "checking a product");
            return new Planned(m, d, algo, checked.workspaceSize());
        } catch (RuntimeException | Error e) {
            algo.deallocate();
            d.close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        cublasLtDestroy(handle);
        one.deallocate();
        zero.deallocate();
    }

    /** A product with the descriptors that it is made of. */
    private final class Planned implements Plan {
        private final Matmul m;
        private final MatmulDescriptors described;
        private final cublasLtMatmulAlgo_t algo;
        private final long workspace;
        private final MemoryRef a = new MemoryRef();
        private final MemoryRef b = new MemoryRef();
        private final MemoryRef c = new MemoryRef();
        private final MemoryRef d = new MemoryRef();
        private final MemoryRef factors = new MemoryRef();
        private final MemoryRef scratch = new MemoryRef();

        Planned(Matmul m, MatmulDescriptors described, cublasLtMatmulAlgo_t algo, long workspace) {
            this.m = m;
            this.described = described;
            this.algo = algo;
            this.workspace = workspace;
        }

        @Override
        public long workspace() {
            return workspace;
        }

        @Override
        public void run(long aAt, long bAt, long scale, long bias, long z, long dAt, long work) {
            described.bind(bias);
            int status = cublasLtMatmul(
                    handle,
                    described.matmul(),
                    m.scaled() ? factors.to(scale) : one,
                    a.to(aAt),
                    described.a(),
                    b.to(bAt),
                    described.b(),
                    m.adds() ? one : zero,
                    c.to(m.adds() ? z : dAt),
                    described.c(),
                    d.to(dAt),
                    described.d(),
                    algo,
                    scratch.to(workspace == 0 ? 0 : work),
                    workspace,
                    stream);
            LibraryErrors.blas(status, "multiplying matrices with what follows");
        }

        @Override
        public void close() {
            described.close();
            algo.deallocate();
        }
    }
}
