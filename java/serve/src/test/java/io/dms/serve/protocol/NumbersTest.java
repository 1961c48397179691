package io.dms.serve.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers of every type as single precision, and back, at the ends of their ranges. */
class NumbersTest {
    private static ByteBuffer bytes(int n) {
        return ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static TensorData of(TensorType type, int elements, ByteBuffer data, Map<String, Object> parameters) {
        return new TensorData("t", type, new long[] {elements}, data, parameters);
    }

    private static TensorData sent(TensorType type, float... values) {
        return Numbers.ofFloats("t", new long[] {values.length}, FloatBuffer.wrap(values), type);
    }

    @ParameterizedTest
    @CsvSource({
        "BOOL, 1, 1",
        "BOOL, 2, 1",
        "UINT8, 255, 255",
        "INT8, -128, -128",
        "UINT16, 65535, 65535",
        "INT16, -32768, -32768",
        "UINT32, 4294967295, 4294967296",
        "INT32, -2147483648, -2147483648",
        "INT64, -9223372036854775808, -9223372036854775808",
        "UINT64, -1, 18446744073709551616",
    })
    void integers_are_read_at_the_ends_of_their_ranges(TensorType type, long bits, float expected) {
        ByteBuffer b = bytes(2 * type.bytes());
        for (int i = 0; i < type.bytes(); i++) {
            b.put(type.bytes() + i, (byte) (bits >>> (8 * i)));
        }
        assertThat(of(type, 2, b, Map.of()).floats()).containsExactly(0, expected);
    }

    /** Just above the middle between two floats, by its last bit. */
    @Test
    void an_unsigned_number_beyond_the_signed_ones_is_rounded_to_the_nearest() {
        ByteBuffer b = bytes(24);
        long middle = Long.MIN_VALUE + (1L << 39);
        b.putLong(0, middle - 1).putLong(8, middle).putLong(16, middle + 1);
        assertThat(of(TensorType.UINT64, 3, b, Map.of()).floats())
                .containsExactly(0x1p63f, 0x1p63f, Math.nextUp(0x1p63f));
    }

    @ParameterizedTest
    @EnumSource(
            value = TensorType.class,
            names = {"BYTES"},
            mode = EnumSource.Mode.EXCLUDE)
    void a_part_of_a_tensor_is_read_from_where_it_begins(TensorType type) {
        ByteBuffer b = bytes(4 * type.bytes());
        new Random(type.bytes()).nextBytes(b.array());
        TensorData t = of(type, 4, b, Map.of());
        float[] all = t.floats();
        float[] part = new float[2];
        Numbers.toFloats(t, 2, FloatBuffer.wrap(part), 2);
        assertThat(part).containsExactly(all[2], all[3]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "NaN", "Infinity", "1e39", "1e-60", "much", ""})
    void a_scale_that_single_precision_does_not_have_is_refused(String scale) {
        TensorData t = of(TensorType.INT8, 1, bytes(1), Map.of(Numbers.SCALE, scale));
        assertThatThrownBy(t::floats)
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.INVALID))
                .hasMessageContaining("parameter scale");
        assertThat(of(TensorType.INT8, 1, bytes(1).put(0, (byte) 3), Map.of(Numbers.SCALE, "0.5"))
                        .floats())
                .containsExactly(1.5f);
    }

    @Test
    void what_is_infinite_travels_as_the_largest_step_and_the_rest_as_if_it_was_not_there() {
        float[] back = sent(TensorType.INT8, Float.POSITIVE_INFINITY, 1, -2, Float.NEGATIVE_INFINITY, Float.NaN)
                .floats();
        assertThat(back).containsExactly(2, 64 * (2f / 127), -2, -2, 0);
    }

    @Test
    void numbers_too_small_for_a_step_of_their_own_come_back_as_nothing() {
        assertThat(sent(TensorType.INT8, Float.MIN_VALUE, -Float.MIN_VALUE).floats())
                .containsExactly(0, 0);
    }

    @Test
    void brain_floating_point_is_the_nearest_with_ties_to_even() {
        Random random = new Random(8);
        for (int i = 0; i < 20_000; i++) {
            int bits = random.nextInt() & (i % 4 == 0 ? 0xffff8000 : -1);
            float v = Float.intBitsToFloat(bits);
            if (!Float.isFinite(v)) {
                continue;
            }
            int down = bits >>> 16;
            double below = Math.abs((double) v - Float.intBitsToFloat(down << 16));
            int lower = bits & 0xffff;
            boolean up = lower > 0x8000 || (lower == 0x8000 && (down & 1) == 1);
            int expected = (up ? down + 1 : down) & 0xffff;
            assertThat(Half.brain(v) & 0xffff).as("%s", v).isEqualTo(expected);
            float back = Float.intBitsToFloat(expected << 16);
            assertThat(Float.isInfinite(back) || Math.abs((double) v - back) <= below)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x7fc00000, 0x7fffffff, 0x7f800001, 0xffffffff, 0xff800001})
    void no_number_stays_none_in_every_type(int bits) {
        float nan = Float.intBitsToFloat(bits);
        assertThat(sent(TensorType.BF16, nan).floats()).containsOnly(Float.NaN);
        assertThat(sent(TensorType.FP16, nan).floats()).containsOnly(Float.NaN);
        assertThat(sent(TensorType.FP32, nan).floats()).containsOnly(Float.NaN);
    }

    @Test
    void numbers_in_json_are_rounded_as_numbers_elsewhere() {
        byte[] body =
                ("{\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"BF16\",\"data\":[1.0118,-3.1415927]}]}")
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        float[] read = RestCodec.readRequest(body, body.length, -1, "m", "")
                .inputs()
                .get(0)
                .floats();
        assertThat(read).isEqualTo(sent(TensorType.BF16, 1.0118f, -3.1415927f).floats());
    }
}
