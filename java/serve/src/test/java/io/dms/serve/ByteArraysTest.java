package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Arrays that are used again. */
class ByteArraysTest {
    @Test
    void an_array_that_was_given_back_is_used_again_where_it_is_large_enough() {
        ByteArrays arrays = new ByteArrays();
        byte[] first = arrays.take(10_000);
        byte[] second = arrays.take(10_000);
        assertThat(first).hasSizeGreaterThanOrEqualTo(10_000);
        assertThat(second).isNotSameAs(first);
        arrays.give(first);
        assertThat(arrays.take(9_000)).isSameAs(first);
        arrays.give(second);
        assertThat(arrays.take(1_000_000)).isNotSameAs(second).hasSizeGreaterThanOrEqualTo(1_000_000);
    }

    @Test
    void what_is_kept_is_bounded_in_number_and_size() {
        ByteArrays arrays = new ByteArrays();
        byte[] huge = arrays.take(ByteArrays.LARGEST + 1);
        arrays.give(huge);
        assertThat(arrays.take(1)).isNotSameAs(huge);
        byte[][] many = new byte[100][];
        for (int i = 0; i < many.length; i++) {
            many[i] = arrays.take(100);
        }
        for (byte[] one : many) {
            arrays.give(one);
        }
        int again = 0;
        for (int i = 0; i < many.length; i++) {
            byte[] got = arrays.take(100);
            for (byte[] one : many) {
                again += got == one ? 1 : 0;
            }
        }
        assertThat(again).isEqualTo(16);
    }

    @Test
    void an_array_is_as_large_as_it_must_be_and_none_is_too_small_to_be_of_use() {
        ByteArrays arrays = new ByteArrays();
        assertThat(arrays.take(8192)).hasSize(8192);
        assertThat(arrays.take(8193)).hasSize(16384);
        arrays.give(new byte[0]);
        arrays.give(new byte[10]);
        assertThat(arrays.take(5)).hasSize(4096);
    }
}
