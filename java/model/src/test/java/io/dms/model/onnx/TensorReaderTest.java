package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Every element type and both ways to store it. */
class TensorReaderTest {
    private static Constant read(TensorProto.Builder p) {
        return new TensorReader(new ExternalData(null)).read(p.build(), "t");
    }

    private static TensorProto.Builder of(int type, int n) {
        return TensorProto.newBuilder().setDataType(type).addDims(n);
    }

    private static ByteString shorts(int... v) {
        ByteBuffer b = ByteBuffer.allocate(2 * v.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i : v) {
            b.putShort((short) i);
        }
        return ByteString.copyFrom(b.flip());
    }

    @Test
    void realTypesBecomeSinglePrecision() {
        int[] half = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000};
        float[] want = {1, -2, 0x1p-24f, 65504, -0f};
        assertThat(read(of(ElementType.FLOAT16, 5).setRawData(shorts(half))).floats())
                .containsExactly(want);
        TensorProto.Builder typed = of(ElementType.FLOAT16, 5);
        for (int h : half) {
            typed.addInt32Data(h);
        }
        assertThat(read(typed).floats()).containsExactly(want);
        assertThat(read(of(ElementType.BFLOAT16, 2).setRawData(shorts(0x3f80, 0xc040)))
                        .floats())
                .containsExactly(1, -3);
        assertThat(read(of(ElementType.DOUBLE, 1).addDoubleData(0.1)).floats()).containsExactly(0.1f);
        assertThat(read(of(ElementType.FLOAT, 2).addFloatData(1).addFloatData(2))
                        .floats())
                .containsExactly(1, 2);
        assertThat(TensorReader.half((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(TensorReader.half((short) 0x7e00)).isNaN();
    }

    @Test
    void halfPrecisionIsExact() {
        for (int e = -14; e <= 15; e++) {
            float v = (float) Math.scalb(1.5, e);
            assertThat(TensorReader.half((short) (((e + 15) << 10) | 0x200))).isEqualTo(v);
        }
    }

    @Test
    void integers() {
        assertThat(read(of(ElementType.INT8, 2).setRawData(ByteString.copyFrom(new byte[] {-1, 2})))
                        .longs())
                .containsExactly(-1, 2);
        assertThat(read(of(ElementType.UINT8, 1).setRawData(ByteString.copyFrom(new byte[] {-1})))
                        .longs())
                .containsExactly(255);
        assertThat(read(of(ElementType.UINT16, 1).setRawData(shorts(0xffff))).longs())
                .containsExactly(65535);
        assertThat(read(of(ElementType.INT16, 1).setRawData(shorts(0xffff))).longs())
                .containsExactly(-1);
        assertThat(read(of(ElementType.INT32, 1).addInt32Data(-7)).longs()).containsExactly(-7);
        assertThat(read(of(ElementType.BOOL, 2).addInt32Data(1).addInt32Data(0)).longs())
                .containsExactly(1, 0);
        assertThat(read(of(ElementType.UINT32, 1).addUint64Data(1L << 31)).longs())
                .containsExactly(1L << 31);
    }
}
