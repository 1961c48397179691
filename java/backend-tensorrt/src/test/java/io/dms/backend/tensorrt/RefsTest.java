package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.cuda.MemoryRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefsTest {
    /** What TensorRT 10.6 and 10.15 give for a runtime that they could not make: no call of it would return. */
    @ParameterizedTest
    @ValueSource(longs = {0, 0x200, 0x238})
    void aPlaceInAnObjectThatWasNotMadeIsNone(long address) {
        assertThat(Refs.of(new MemoryRef().to(address))).isZero();
    }

    @Test
    void anObjectIsWhereItIs() {
        assertThat(Refs.of(null)).isZero();
        assertThat(Refs.of(new MemoryRef().to(0x7f00_0000_0200L))).isEqualTo(0x7f00_0000_0200L);
    }
}
