package io.dms.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.EnvironmentException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CudaMachineTest {
    /** Counts how often it looks; its libraries can't be loaded. */
    private static final class Broken extends CudaMachine {
        int looks;

        Broken() {
            super("dms.test.device");
        }

        @Override
        protected void preload() {
            looks++;
            UnsatisfiedLinkError first = new UnsatisfiedLinkError("no jnisomething in java.library.path");
            first.addSuppressed(new UnsatisfiedLinkError(
                    "/home/somebody/.javacpp/cache/cuda.jar/libjnicudart.so: libcuda.so.1: cannot open shared object"
                            + " file\n"
                            + "and more"));
            throw first;
        }

        @Override
        protected @Nullable String lacks() {
            return null;
        }
    }

    @Test
    void whatCanNotBeLoadedIsSaidInOneLineWithTheCureAndLookedForOnce() {
        Broken machine = new Broken();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(machine::check)
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessage("CUDA can't be loaded (libcuda.so.1: cannot open shared object file): install NVIDIA's"
                            + " driver and the CUDA runtime (on a Jetson: JetPack), or use backend cpu");
        }
        assertThat(machine.refusal())
                .as("for those whom no other backend helps")
                .endsWith("(on a Jetson: JetPack)");
        assertThat(machine.looks).isEqualTo(1);
    }

    @Test
    void theCureIsThatOfTheLibraryThatIsMissing() {
        assertThat(CudaMachine.cureOfLoading("libcudart.so.12: cannot open shared object file"))
                .contains("runtime of CUDA 12", "docs/gpu.md")
                .doesNotContain("driver");
        assertThat(CudaMachine.cureOfLoading("something else")).contains("driver and the CUDA runtime");
    }

    @Test
    void theFirstDeviceIsTakenUnlessAnotherIsNamed() {
        assertThat(new Broken().device()).isZero();
    }
}
