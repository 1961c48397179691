package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.dms.model.onnx.ImportOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scalable model comes back from its file as it was, and a damaged one is refused in one line. */
class ScalableModelFileTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    void everythingComesBack() {
        ScalableModel model = ScalableModelTest.model();
        Path file = folder.resolve("small.dms.onnx");
        ScalableModelFile.write(model, file);
        ScalableModel back = ScalableModelFile.read(file);

        assertThat(back.name()).isEqualTo("small");
        assertThat(back.provenance()).containsEntry("source", "test");
        assertThat(Objects.requireNonNull(back.preprocessing()).mean()).containsExactly(Preprocessing.IMAGENET.mean());
        assertThat(back.groups().groups()).isEqualTo(model.groups().groups());
        assertThat(back.groups().axes()).isEqualTo(model.groups().axes());
        assertThat(back.levels()).extracting(WidthLevel::name).containsExactly("1.00", "0.50");
        assertThat(back.levels().get(1).counts())
                .containsExactly(model.levels().get(1).counts());
        Affine affine =
                Objects.requireNonNull(back.levels().get(1).normalization().get("c2"));
        assertThat(affine.scale()).startsWith(1, 2, 3);
        assertThat(affine.shift()).startsWith(0, -1, -2);
        model.graph()
                .initializers()
                .forEach((name, tensor) -> assertThat(
                                Objects.requireNonNull(back.graph().initializer(name))
                                        .floats())
                        .as(name)
                        .containsExactly(tensor.floats()));
    }

    @Test
    void aModelThatIsReadForEnginesIsTheSameOne() {
        Path file = folder.resolve("small.dms.onnx");
        ScalableModelFile.write(ScalableModelTest.model(), file);
        ImportOptions shaped = ImportOptions.DEFAULT.withEngines().withInputShape("other:1x3x8x8");
        assertThat(shaped.forEngines()).isTrue();
        ScalableModel model = ScalableModelFile.readAny(file, ImportOptions.DEFAULT.withEngines());
        ScalableModel plain = ScalableModelFile.read(file);
        assertThat(model.graph().digest()).isEqualTo(plain.graph().digest());
        assertThat(ScalableModelFile.toBytes(model)).isEqualTo(ScalableModelFile.toBytes(plain));
    }

    @Test
    void writingTwiceGivesTheSameBytes() {
        assertThat(ScalableModelFile.toBytes(ScalableModelTest.model()))
                .isEqualTo(ScalableModelFile.toBytes(ScalableModelTest.model()));
    }

    private static byte[] edited(String key, String value) {
        try {
            ModelProto.Builder model =
                    ModelProto.parseFrom(ScalableModelFile.toBytes(ScalableModelTest.model())).toBuilder();
            for (int i = 0; i < model.getMetadataPropsCount(); i++) {
                if (model.getMetadataProps(i).getKey().equals(key)) {
                    model.setMetadataProps(
                            i, StringStringEntryProto.newBuilder().setKey(key).setValue(value));
                }
            }
            return model.build().toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void refused(byte[] bytes, String... words) {
        assertThatThrownBy(() -> ScalableModelFile.read(ByteBuffer.wrap(bytes), "bad.dms.onnx"))
                .isInstanceOf(ModelException.class)
                .message()
                .startsWith("bad.dms.onnx")
                .doesNotContain("\n")
                .contains(words);
    }

    @Test
    void editedEntriesAreRefusedInOneLine() {
        refused(edited("dms.schema", "7"), "schema 7", "reads 1");
        refused(edited("dms.groups", "[]"), "not those of its graph");
        refused(edited("dms.groups", "[{"), "dms.groups can't be read");
        refused(edited("dms.levels", "[]"), "at least one width level");
        refused(edited("dms.levels", "null"), "dms.levels is empty");
        refused(edited("dms.levels", "[null]"), "dms.levels");
        refused(edited("dms.levels", "[{\"name\":\"1.00\",\"width\":1,\"counts\":[1]}]"), "1 channel counts");
        refused(edited("dms.levels", "[{\"name\":\"1.00\",\"width\":9,\"counts\":[3,16,32,10]}]"), "width must be");
        refused(
                edited("dms.levels", "[{\"name\":\"1.00\",\"width\":1,\"counts\":[8,16,10,3]}]"),
                "keeps 8 of group",
                "allowed are 16 to 16");
        refused(edited("dms.preprocessing", "{\"mean\":[0]}"), "mean or std");
        refused(edited("dms.preprocessing", "{\"mean\":[0],\"std\":[0]}"), "std not 0");
    }

    @Test
    void anOrdinaryModelIsToldHowToBecomeScalable() throws IOException {
        Path file = folder.resolve("plain.onnx");
        Files.write(
                file,
                io.dms.model.onnx.OnnxWriter.toBytes(
                        ScalableModelTest.model().graph(), java.util.Map.of(), java.util.Map.of()));
        assertThatThrownBy(() -> ScalableModelFile.read(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("dms compile");
    }
}
