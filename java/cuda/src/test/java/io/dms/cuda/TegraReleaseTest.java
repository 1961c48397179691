package io.dms.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TegraReleaseTest {
    private static final String NO_CUDNN = "cuDNN or cuBLAS can't be loaded (libcudnn.so.9: cannot open shared object"
            + " file): install cuDNN for CUDA 12.2";

    private static TegraRelease of(int major, String revision) {
        return new TegraRelease("# R" + major + " (release), REVISION: " + revision
                + ", GCID: 36191598, BOARD: generic, EABI: aarch64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.0", "3.0"})
    void onJetPack60TheCureIsAnUpgradeAndNoLibrary(String revision) {
        assertThat(of(36, revision).explain(NO_CUDNN))
                .isEqualTo("cuDNN or cuBLAS can't be loaded (libcudnn.so.9: cannot open shared object file): this board"
                        + " has JetPack 6.0, whose cuDNN 8.9 and TensorRT 8.6 no build of DMS is for; upgrade it to"
                        + " JetPack 6.1 or newer");
    }

    @Test
    void whatTheReleaseDoesNotExplainStaysAsItIs() {
        assertThat(of(36, "4.3").explain(NO_CUDNN)).isEqualTo(NO_CUDNN);
        assertThat(of(35, "3.1").explain(NO_CUDNN)).isEqualTo(NO_CUDNN);
        assertThat(new TegraRelease("").explain(NO_CUDNN)).isEqualTo(NO_CUDNN);
        String noDriver = "there is no NVIDIA driver here: install it";
        assertThat(of(36, "3.0").explain(noDriver)).isEqualTo(noDriver);
    }
}
