package io.dms.serve.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.dms.serve.wire.InferTensorContents;
import io.dms.serve.wire.ModelInferRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    private static TensorData tensor(TensorType type, long seed) {
        Random r = new Random(seed);
        if (type == TensorType.BYTES) {
            return GrpcCodec.texts("t", new long[] {2}, List.of("a\u00e4", ""));
        }
        byte[] bytes = new byte[6 * type.bytes()];
        r.nextBytes(bytes);
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            switch (type) {
                case BOOL -> b.put(i, (byte) (i & 1));
                case FP16 -> b.putShort(2 * i, Half.of(r.nextFloat()));
                case BF16 -> b.putShort(2 * i, (short) (Float.floatToRawIntBits(r.nextFloat()) >>> 16));
                case FP32 -> b.putFloat(4 * i, r.nextFloat());
                case FP64 -> b.putDouble(8 * i, r.nextDouble());
                default -> {
                    // any bits are a number
                }
            }
        }
        return new TensorData("t", type, new long[] {2, 3}, b, Map.of());
    }

    @ParameterizedTest
    @EnumSource(TensorType.class)
    void a_tensor_of_every_type_comes_back_from_every_form(TensorType type) {
        InferRequest r = new InferRequest(
                "m",
                "1",
                "id",
                Map.of("width", 0.5, "n", 3L, "on", true, "goal", "p95<=30ms"),
                List.of(tensor(type, 1)),
                List.of());
        assertThat(GrpcCodec.read(GrpcCodec.write(r))).isEqualTo(r);
        RestCodec.Message numbers = RestCodec.writeRequest(r, false);
        assertThat(RestCodec.readRequest(numbers.bytes(), numbers.bytes().length, -1, "m", "1"))
                .isEqualTo(r);
        RestCodec.Message raw = RestCodec.writeRequest(r, true);
        InferRequest back = RestCodec.readRequest(raw.bytes(), raw.bytes().length, raw.jsonLength(), "m", "1");
        assertThat(back.inputs().get(0).data()).isEqualTo(r.inputs().get(0).data());
        byte[] longer = Arrays.copyOf(raw.bytes(), raw.bytes().length + 1);
        assertThatThrownBy(() -> RestCodec.readRequest(longer, longer.length, raw.jsonLength(), "m", "1"))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("1 bytes behind the JSON belong to no tensor");
        InferResponse a = new InferResponse("m", "1", "id", r.parameters(), r.inputs());
        assertThat(GrpcCodec.read(GrpcCodec.write(a))).isEqualTo(a);
        RestCodec.Message answer = RestCodec.writeResponse(a, t -> false);
        assertThat(RestCodec.readResponse(answer.bytes(), -1)).isEqualTo(a);
    }

    @Test
    void typed_contents_are_read_as_raw_ones() {
        ModelInferRequest.InferInputTensor.Builder t =
                ModelInferRequest.InferInputTensor.newBuilder().setName("t").addShape(2);
        InferTensorContents.Builder c = InferTensorContents.newBuilder();
        check(t.setDatatype("FP32").setContents(c.addFp32Contents(1.5f).addFp32Contents(-2)), 1.5f, -2);
        c.clear();
        check(t.setDatatype("INT8").setContents(c.addIntContents(-128).addIntContents(127)), -128, 127);
        c.clear();
        check(t.setDatatype("UINT8").setContents(c.addUintContents(255).addUintContents(0)), 255, 0);
        c.clear();
        check(t.setDatatype("BOOL").setContents(c.addBoolContents(true).addBoolContents(false)), 1, 0);
        c.clear();
        check(t.setDatatype("UINT64").setContents(c.addUint64Contents(-1).addUint64Contents(2)), 0x1p64f, 2);
        ModelInferRequest both = ModelInferRequest.newBuilder()
                .addInputs(t)
                .addRawInputContents(ByteString.copyFrom(new byte[16]))
                .build();
        assertThatThrownBy(() -> GrpcCodec.read(both)).hasMessageContaining("give one of them");
        c.clear();
        ModelInferRequest large = ModelInferRequest.newBuilder()
                .addInputs(
                        t.setDatatype("INT8").setContents(c.addIntContents(128).addIntContents(0)))
                .build();
        assertThatThrownBy(() -> GrpcCodec.read(large)).hasMessageContaining("which is no INT8");
        ModelInferRequest half = ModelInferRequest.newBuilder()
                .addInputs(t.setDatatype("FP16").setContents(c))
                .build();
        assertThatThrownBy(() -> GrpcCodec.read(half)).hasMessageContaining("no raw contents");
    }

    private static void check(ModelInferRequest.InferInputTensor.Builder t, float... expected) {
        InferRequest r =
                GrpcCodec.read(ModelInferRequest.newBuilder().addInputs(t).build());
        assertThat(r.inputs().get(0).floats()).containsExactly(expected);
    }

    private static InferRequest json(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return RestCodec.readRequest(body, body.length, -1, "m", "");
    }

    @Test
    void json_may_nest_data_and_order_fields_as_it_likes() {
        InferRequest r = json("{\"later\":[{}],\"inputs\":[{\"data\":[[1,2.5],[3e0,-4]],\"shape\":[2,2],"
                + "\"datatype\":\"FP32\",\"name\":\"x\",\"parameters\":{\"a\":1}}],\"id\":\"q\"}");
        assertThat(r.inputs().get(0).floats()).containsExactly(1, 2.5f, 3, -4);
        assertThat(r.id()).isEqualTo("q");
        assertThat(r.inputs().get(0).parameters()).containsEntry("a", 1L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"inputs\":3}",
                "{\"inputs\":[3]}",
                "{\"inputs\":[]} {}",
                "{\"inputs\":[],\"inputs\":[]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\"}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP99\",\"data\":[1]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[1]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[-1],\"datatype\":\"FP32\",\"data\":[1]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[4294967296,4294967296],\"datatype\":\"FP32\",\"data\":[1]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"UINT8\",\"data\":[256]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"UINT8\",\"data\":[-1]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[-1],\"datatype\":\"BYTES\",\"data\":[]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[2147483648],\"datatype\":\"BYTES\",\"data\":[]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT32\",\"data\":[1.5]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[\"a\"]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[null]}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1],"
                        + "\"parameters\":{\"binary_data_size\":4}}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\","
                        + "\"parameters\":{\"binary_data_size\":-4}}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\","
                        + "\"parameters\":{\"binary_data_size\":4.5}}]}",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\","
                        + "\"parameters\":{\"binary_data_size\":4}}]}"
            })
    void wrong_json_is_refused(String text) {
        assertThatThrownBy(() -> json(text)).isInstanceOfSatisfying(InferenceException.class, e -> {
            assertThat(e.refusal()).isEqualTo(Refusal.INVALID);
            assertThat(e.reason()).doesNotContain("\n").hasSizeLessThan(400);
        });
    }

    @Test
    void json_that_is_deep_beyond_reason_is_refused() {
        String deep = "[".repeat(100_000);
        assertThatThrownBy(() -> json("{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"data\":" + deep))
                .isInstanceOf(InferenceException.class);
        assertThatThrownBy(() -> json("{\"x\":" + deep)).isInstanceOf(InferenceException.class);
    }

    @Test
    void whatever_the_bytes_reading_ends_with_a_request_or_a_refusal() {
        Random random = new Random(7);
        InferRequest r = new InferRequest(
                "m",
                "",
                "id",
                Map.of("goal", "p95<=3ms"),
                List.of(tensor(TensorType.FP32, 1), tensor(TensorType.BYTES, 2), tensor(TensorType.UINT64, 3)),
                List.of(new InferRequest.Output("o", Map.of("classification", 2L))));
        int refused = 0;
        int read = 0;
        for (int n = 0; n < 20_000; n++) {
            RestCodec.Message m = RestCodec.writeRequest(r, n % 2 == 0);
            byte[] bytes = m.bytes().clone();
            int length = m.jsonLength();
            for (int k = random.nextInt(4); k >= 0; k--) {
                switch (random.nextInt(4)) {
                    case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                    case 1 -> bytes[random.nextInt(bytes.length)] = (byte) "{}[]\",:0-9eE.".charAt(random.nextInt(13));
                    case 2 -> bytes = java.util.Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
                    default -> {
                        int from = random.nextInt(bytes.length);
                        int to = random.nextInt(bytes.length);
                        int size = Math.min(random.nextInt(20), bytes.length - Math.max(from, to));
                        System.arraycopy(bytes, from, bytes, to, size);
                    }
                }
                length = random.nextInt(8) == 0 ? random.nextInt(bytes.length + 2) : length;
            }
            try {
                RestCodec.readRequest(bytes, bytes.length, m.binary() || n % 3 == 0 ? length : -1, "m", "");
                read++;
            } catch (InferenceException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1000);
        assertThat(read).isGreaterThan(100);
    }

    @Test
    void json_in_front_of_bytes_is_as_long_as_its_header_says() {
        byte[] body = "{\"inputs\":[]}".getBytes(StandardCharsets.UTF_8);
        assertThat(RestCodec.readRequest(body, body.length, -1, "m", "").inputs())
                .isEmpty();
        for (int length : new int[] {0, body.length - 1, body.length + 1}) {
            assertThatThrownBy(() -> RestCodec.readRequest(body, body.length, length, "m", ""))
                    .isInstanceOf(InferenceException.class);
        }
    }

    @Test
    void shapes_and_depth_are_bounded_and_so_is_what_is_said_of_them() {
        String ones = "1,".repeat(31) + "1";
        String tensor = "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"data\":[1],\"shape\":[%s]}]}";
        assertThat(json(String.format(tensor, ones)).inputs().get(0).elements()).isEqualTo(1);
        assertThatThrownBy(() -> json(String.format(tensor, ones + ",1")))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("at most 32 integers");
        assertThatThrownBy(() -> json("{\"x\":" + "[".repeat(100) + "]".repeat(100) + ",\"inputs\":[]}"))
                .isInstanceOf(InferenceException.class);
        assertThatThrownBy(() -> json("{\"x\":" + "a".repeat(1000)))
                .isInstanceOfSatisfying(
                        InferenceException.class,
                        e -> assertThat(e.reason()).hasSizeLessThan(240).contains("at byte"));
    }

    @Test
    void each_output_that_is_asked_for_says_how_it_shall_come() {
        for (boolean binary : new boolean[] {true, false}) {
            InferRequest r = new InferRequest(
                    "m",
                    "1",
                    "id",
                    Map.of(),
                    List.of(tensor(TensorType.FP32, 1)),
                    List.of(new InferRequest.Output("y", Map.of("classification", 3L))));
            RestCodec.Message sent = RestCodec.writeRequest(r, binary);
            InferRequest back = RestCodec.readRequest(sent.bytes(), sent.bytes().length, sent.jsonLength(), "m", "1");
            assertThat(back.parameters()).isEmpty();
            assertThat(back.outputs())
                    .containsExactly(
                            new InferRequest.Output("y", Map.of("classification", 3L, Parameters.BINARY_DATA, binary)));
        }
    }

    @Test
    void data_in_json_may_be_longer_than_any_buffer_began() {
        StringBuilder data = new StringBuilder("0");
        for (int i = 1; i < 3000; i++) {
            data.append(',').append(i);
        }
        float[] read = json("{\"inputs\":[{\"name\":\"x\",\"shape\":[3000],\"datatype\":\"INT32\",\"data\":[" + data
                        + "]}]}")
                .inputs()
                .get(0)
                .floats();
        for (int i = 0; i < read.length; i++) {
            assertThat(read[i]).isEqualTo(i);
        }
    }

    @Test
    void an_error_is_read_in_every_form() {
        assertThat(error("{\"error\":\"a reason\"}")).isEqualTo("a reason");
        assertThat(error("{\"x\":[1],\"error\":5}")).isEqualTo("5");
        assertThat(error("{\"error\":{\"code\":5}}")).contains("code");
        assertThat(error("<html>502</html>")).contains("502");
        assertThat(error("")).isNotNull();
        assertThat(RestCodec.errorText(RestCodec.error("two\nlines \"quoted\"")))
                .isEqualTo("two\nlines \"quoted\"");
    }

    private static String error(String body) {
        return RestCodec.errorText(body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "1,15360",
        "-2,49152",
        "65504,31743",
        "65520,31744",
        "6.1035156e-5,1024",
        "5.9604645e-8,1",
        "2.9802322e-8,0"
    })
    void half_precision_is_that_of_the_standard(float value, int bits) {
        assertThat(Half.of(value) & 0xffff).isEqualTo(bits);
    }

    @Test
    void every_half_precision_number_comes_back() {
        for (int bits = 0; bits < 0x10000; bits++) {
            float f = Half.toFloat((short) bits);
            if (!Float.isNaN(f)) {
                assertThat(Half.of(f)).isEqualTo((short) bits);
            }
        }
        assertThat(Half.toFloat(Half.of(Float.NaN))).isNaN();
        assertThat(Half.toFloat((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(Half.toFloat((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Half.toFloat((short) 0x0400)).isEqualTo(0x1p-14f);
    }

    @Test
    void a_byte_with_a_scale_is_off_by_half_a_step_at_most() {
        float[] values = new float[1000];
        Random r = new Random(3);
        float most = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) r.nextGaussian() * 5;
            most = Math.max(most, Math.abs(values[i]));
        }
        float[] back = Numbers.ofFloats("x", new long[] {1000}, FloatBuffer.wrap(values), TensorType.INT8)
                .floats();
        for (int i = 0; i < values.length; i++) {
            assertThat(Math.abs(back[i] - values[i])).isLessThanOrEqualTo(most / 127 / 2 * 1.001f);
        }
        assertThat(Numbers.ofFloats("x", new long[] {2}, FloatBuffer.wrap(new float[2]), TensorType.INT8)
                        .floats())
                .containsExactly(0, 0);
    }
}
