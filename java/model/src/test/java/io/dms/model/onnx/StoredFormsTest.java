package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that stay in a mapped file are those that were copied out of it, wherever and in whatever form the file has them. */
class StoredFormsTest {
    @TempDir
    Path folder;

    private interface Form {
        void store(TensorProto.Builder weight, float[] values) throws IOException;
    }

    /** The same model, its float weights stored in another form. */
    private static ModelProto with(ModelProto model, Form form) throws IOException {
        GraphProto.Builder graph = model.getGraph().toBuilder();
        for (TensorProto.Builder w : graph.getInitializerBuilderList()) {
            if (w.getDataType() == ElementType.FLOAT && w.hasRawData()) {
                FloatBuffer in = w.getRawData()
                        .asReadOnlyByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer();
                float[] values = new float[in.remaining()];
                in.get(values);
                form.store(w.clearRawData(), values);
            }
        }
        return model.toBuilder().setGraph(graph).build();
    }

    private Path file(String name, ModelProto model) throws IOException {
        return Files.write(folder.resolve(name), model.toByteArray());
    }

    private Form external(ByteArrayOutputStream data) {
        return (w, values) -> {
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            data.write(data.size()); // so that nothing lies at a multiple of four
            w.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", "weights.bin"))
                    .addExternalData(entry("offset", Integer.toString(data.size())))
                    .addExternalData(entry("length", Integer.toString(bytes.capacity())));
            data.write(bytes.array());
        };
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    @Test
    void everyFormOfTheSameWeightsIsTheSameNetwork() throws IOException {
        int stored = 0;
        for (ModelProto model : Seeds.all()) {
            Graph mapped = OnnxImporter.read(file("raw.onnx", model)).graph();
            Graph copied = OnnxImporter.read(ByteBuffer.wrap(model.toByteArray()), "copied", ImportOptions.DEFAULT)
                    .graph();
            ByteArrayOutputStream data = new ByteArrayOutputStream();
            ModelProto beside = with(model, external(data));
            Files.write(folder.resolve("weights.bin"), data.toByteArray());
            Graph outside = OnnxImporter.read(file("outside.onnx", beside)).graph();
            Graph typed = OnnxImporter.read(file("typed.onnx", with(model, (w, v) -> {
                        for (float f : v) {
                            w.addFloatData(f);
                        }
                    })))
                    .graph();
            for (Graph other : List.of(copied, outside, typed)) {
                assertThat(other.digest()).isEqualTo(mapped.digest());
                same(mapped, other);
            }
            stored += data.size();
        }
        assertThat(stored).isPositive();
    }

    private static void same(Graph a, Graph b) {
        assertThat(b.initializers().keySet()).isEqualTo(a.initializers().keySet());
        a.initializers().forEach((name, t) -> {
            Tensor other = Objects.requireNonNull(b.initializer(name));
            assertThat(other.shape()).isEqualTo(t.shape());
            assertThat(other.bytes()).as(name).isEqualTo(t.bytes());
        });
    }

    @Test
    void anotherBitOfAnyWeightIsAnotherNetwork() throws IOException {
        for (ModelProto model : Seeds.all()) {
            String before =
                    OnnxImporter.read(file("before.onnx", model)).graph().digest();
            boolean[] changed = new boolean[1];
            ModelProto other = with(model, (w, v) -> {
                if (!changed[0] && v.length > 16) {
                    v[v.length - 1] = Float.intBitsToFloat(Float.floatToRawIntBits(v[v.length - 1]) ^ 1);
                    changed[0] = true;
                }
                for (float f : v) {
                    w.addFloatData(f);
                }
            });
            if (changed[0]) {
                assertThat(OnnxImporter.read(file("after.onnx", other)).graph().digest())
                        .isNotEqualTo(before);
            }
        }
    }

    @Test
    void aFileThatWasCutOffIsRefusedInOneLineWhenItIsRead() throws IOException {
        byte[] whole = Seeds.all().get(0).toByteArray();
        for (int size = 1; size < whole.length; size += 1 + whole.length / 50) {
            Path file = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, size));
            assertThatThrownBy(() -> OnnxImporter.read(file))
                    .as("%d bytes", size)
                    .isInstanceOf(ModelException.class)
                    .message()
                    .contains("cut.onnx")
                    .doesNotContain("\n");
        }
    }
}
