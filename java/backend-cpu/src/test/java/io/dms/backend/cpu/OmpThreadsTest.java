package io.dms.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.NativeLibrary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;

class OmpThreadsTest {
    private static final String MAPS = """
            7f00-7f01 r-xp 00000000 fe:00 12 /lib/x86_64-linux-gnu/libc.so.6
            7f02-7f03 rw-p 00000000 00:00 0
            7f04-7f05 r-xp 00000000 fe:00 13 /home/me/cache/libgomp.so.1%s
            """;

    @Test
    void the_loaded_library_is_found_by_its_path() {
        assertThat(OmpThreads.loadedLibrary("libgomp", MAPS.formatted(""))).isEqualTo("/home/me/cache/libgomp.so.1");
    }

    @Test
    void a_loaded_library_whose_file_was_replaced_is_found_by_its_name() {
        assertThat(OmpThreads.loadedLibrary("libgomp", MAPS.formatted(" (deleted)")))
                .isEqualTo("libgomp.so.1");
        Loader.load(dnnl.class);
        OmpThreads.set(3);
        NativeLibrary byName = NativeLibrary.getInstance("libgomp.so.1");
        assertThat(byName.getFunction("omp_get_max_threads").invokeInt(new Object[0]))
                .as("threads of the very copy that oneDNN uses")
                .isEqualTo(3);
    }

    @Test
    void a_library_that_is_not_loaded_is_named() {
        assertThatThrownBy(() -> OmpThreads.loadedLibrary("libnone", MAPS.formatted("")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("libnone");
    }
}
