package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.dms.model.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights in files beside the model are read; files outside its folder are not. */
class ExternalDataTest {
    @TempDir
    Path folder;

    private Path model(String location, String offset, String length) throws IOException {
        TensorProto.Builder w = TensorProto.newBuilder()
                .setName("w")
                .setDataType(ElementType.FLOAT)
                .addDims(3)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location));
        if (!offset.isEmpty()) {
            w.addExternalData(entry("offset", offset));
        }
        if (!length.isEmpty()) {
            w.addExternalData(entry("length", length));
        }
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3).initializer(w.build());
        b.node("Mul", List.of("x", "w"), List.of("y")).bareOutput("y");
        Path home = Files.createDirectories(folder.resolve("home"));
        return Files.write(home.resolve("net.onnx"), b.bytes());
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    private Path data(String name) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 5; i++) {
            b.putFloat(i);
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, b.array());
    }

    private static float[] weights(Path model) {
        return OnnxImporter.read(model)
                .graph()
                .initializers()
                .values()
                .iterator()
                .next()
                .floats();
    }

    private static void refuses(Path model, String... words) {
        assertThatThrownBy(() -> OnnxImporter.read(model))
                .isInstanceOf(ModelException.class)
                .message()
                .contains("initializer w")
                .contains(words)
                .doesNotContain("\n");
    }

    @Test
    void readsOffsetAndLength() throws IOException {
        data("home/net.bin");
        assertThat(weights(model("net.bin", "", ""))).containsExactly(0, 1, 2);
        assertThat(weights(model("net.bin", "8", "12"))).containsExactly(2, 3, 4);
        data("home/below/net.bin");
        assertThat(weights(model("below/net.bin", "4", ""))).containsExactly(1, 2, 3);
    }

    @Test
    void neverLeavesTheFolder() throws IOException {
        Path outside = data("secret.bin");
        refuses(model("../secret.bin", "", ""), "outside the model's folder");
        refuses(model("below/../../secret.bin", "", ""), "outside the model's folder");
        refuses(model(outside.toAbsolutePath().toString(), "", ""), "outside the model's folder");
        Path link = folder.resolve("home/link.bin");
        Files.createSymbolicLink(link, outside);
        refuses(model("link.bin", "", ""), "link", "outside the model's folder");
        Files.createSymbolicLink(folder.resolve("home/up"), folder);
        refuses(model("up/secret.bin", "", ""), "outside the model's folder");
    }

    @Test
    void damagedReferences() throws IOException {
        data("home/net.bin");
        refuses(model("net.bin", "12", ""), "bytes 12 to 24", "only 20", "truncated");
        refuses(model("net.bin", "0", "8"), "needs 12 bytes", "have 8");
        refuses(model("net.bin", "-4", ""), "offset -4");
        refuses(model("net.bin", "999999999999999999", ""), "truncated");
        refuses(model("net.bin", "1e3", ""), "offset 1e3");
        refuses(model("gone.bin", "", ""), "gone.bin does not exist");
        refuses(model("", "", ""), "without a location");
        refuses(model(".", "", ""), "is not a file");
        refuses(model("a\u0000b", "", ""), "not a file name");
        byte[] bytes = Files.readAllBytes(model("net.bin", "", ""));
        assertThatThrownBy(() -> OnnxImporter.read(ByteBuffer.wrap(bytes), "memory", ImportOptions.DEFAULT))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("not read from a file");
    }
}
