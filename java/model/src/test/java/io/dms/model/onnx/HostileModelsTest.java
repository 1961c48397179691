package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.dms.model.DmsException;
import io.dms.model.ModelException;
import io.dms.model.UserException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged, foreign and malicious files give one clear line, never another failure. */
class HostileModelsTest {
    private static ModelBuilder conv() {
        return ModelBuilder.opset(13)
                .input("x", "N", 3, 8, 8)
                .weights("w", 4, 3, 3, 3)
                .node("Conv", List.of("x", "w"), List.of("y"), "pads", new int[] {1, 1, 1, 1})
                .output("y", "N", 4, 8, 8);
    }

    private static void refuses(ModelBuilder b, String... words) {
        refuses(b.bytes(), words);
    }

    private static void refuses(byte[] bytes, String... words) {
        assertThatThrownBy(() -> OnnxImporter.read(ByteBuffer.wrap(bytes), "net.onnx", ImportOptions.DEFAULT))
                .isInstanceOf(ModelException.class)
                .message()
                .startsWith("net.onnx: ")
                .doesNotContain("\n")
                .hasSizeLessThan(1200)
                .contains(words);
    }

    @Test
    void foreignFiles() throws IOException {
        refuses(new byte[0], "empty");
        refuses("<!DOCTYPE html><html><body>404</body></html>".getBytes(StandardCharsets.UTF_8), "web page");
        refuses("version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8), "Git LFS");
        refuses("{\"model\": 1}".getBytes(StandardCharsets.UTF_8), "JSON");
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        try (ZipOutputStream z = new ZipOutputStream(zip)) {
            z.putNextEntry(new ZipEntry("archive/data.pkl"));
        }
        refuses(zip.toByteArray(), "zip archive");
        refuses(new byte[] {0x1f, (byte) 0x8b, 8, 0}, "gzip");
        refuses(new byte[1000], "not an ONNX model");
        refuses(ModelProto.newBuilder().setIrVersion(8).build().toByteArray(), "no graph");
    }

    @Test
    void everyTruncation() {
        byte[] whole = conv().bytes();
        for (int n = 0; n < whole.length; n++) {
            byte[] part = java.util.Arrays.copyOf(whole, n);
            assertThatThrownBy(() -> OnnxImporter.read(ByteBuffer.wrap(part), "net.onnx", ImportOptions.DEFAULT))
                    .isInstanceOf(DmsException.class);
        }
    }

    @Test
    void randomDamage() {
        byte[] whole = Seeds.all().get(0).toByteArray();
        Random random = new Random(3);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = whole.clone();
            for (int k = 0; k <= i % 4; k++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            importOrRefuse(damaged);
        }
    }

    /** Sound protobuf with absurd contents: fields of real models replaced by other values. */
    @Test
    void randomContents() {
        Random random = new Random(11);
        List<ModelProto> seeds = Seeds.all();
        int imported = 0;
        int all = Integer.getInteger("dms.mutations", 6000);
        for (int i = 0; i < all; i++) {
            ModelProto mutant = Mutation.of(seeds.get(i % seeds.size()), random);
            imported += importOrRefuse(mutant.toByteArray()) ? 1 : 0;
        }
        assertThat(imported).as("some mutants are still sound").isBetween(all / 20, all - all / 20);
    }

    @Test
    void seedsAreSound() {
        for (ModelProto seed : Seeds.all()) {
            assertThat(importOrRefuse(seed.toByteArray())).isTrue();
        }
    }

    /** True where the model was imported. */
    private static boolean importOrRefuse(byte[] bytes) {
        try {
            OnnxImporter.read(ByteBuffer.wrap(bytes), "net.onnx", ImportOptions.DEFAULT);
            return true;
        } catch (DmsException e) {
            assertThat(e.getMessage()).startsWith("net.onnx: ").doesNotContain("\n");
            return false;
        }
    }

    @Test
    void versions() {
        ModelBuilder ir = conv();
        ir.model.setIrVersion(99);
        refuses(ir, "IR version 99");
        ModelBuilder old = conv();
        old.model.getOpsetImportBuilder(0).setVersion(6);
        refuses(old, "opset 6", "version_converter");
        ModelBuilder young = conv();
        young.model.getOpsetImportBuilder(0).setVersion(99);
        refuses(young, "opset 99");
        ModelBuilder none = conv();
        none.model.clearOpsetImport();
        refuses(none, "no opset");
    }

    @Test
    void names() {
        refuses(conv().weights("w", 1), "initializer w", "twice");
        refuses(conv().input("x", 1), "input x", "twice");
        refuses(conv().output("y", 1), "output y", "twice");
        refuses(conv().node("Relu", "x", "y"), "node Relu1 (Relu)", "tensor y", "already");
        refuses(conv().node("Relu", "x", "w"), "tensor w");
        refuses(conv().node("Relu", "nowhere", "z"), "node Relu1 (Relu)", "tensor nowhere", "incomplete");
        refuses(conv().output("nothing", 1), "output nothing");
        ModelBuilder noOutputs = conv();
        noOutputs.graph.clearOutput();
        refuses(noOutputs, "no outputs");
        ModelBuilder noWeights = conv();
        noWeights.graph.clearInitializer();
        refuses(noWeights, "tensor w", "no initializer");
        ModelBuilder ugly = conv().node("Relu", "no\nwhere\u0007" + "x".repeat(5000), "z");
        refuses(ugly, "no?where?xxx", "...");
    }

    @Test
    void cycles() {
        ModelBuilder b = conv().node("Add", List.of("x", "c"), List.of("a"));
        b.node("Relu", "a", "b").node("Relu", "b", "c").node("Relu", "c", "d");
        refuses(b, "part of a cycle");
        refuses(conv().node("Add", List.of("x", "s"), List.of("s")), "node Add1 (Add)", "cycle");
    }

    @Test
    void weightsThatDoNotFit() {
        ModelBuilder shortData = conv();
        shortData.graph.getInitializerBuilder(0).setRawData(ByteString.copyFrom(new byte[8]));
        refuses(shortData, "initializer w", "needs 432 bytes but has 8");
        ModelBuilder negative = conv();
        negative.graph.getInitializerBuilder(0).setDims(1, -3);
        refuses(negative, "initializer w", "dimension -3");
        for (long d : new long[] {1L << 31, 1L << 40, Long.MAX_VALUE}) {
            ModelBuilder huge = conv();
            huge.graph.getInitializerBuilder(0).setDims(0, d);
            refuses(huge, "initializer w");
        }
        ModelBuilder overflow = conv();
        overflow.graph.getInitializerBuilder(0).setDims(0, 1 << 30).setDims(1, 1 << 30);
        refuses(overflow, "initializer w", "2 GiB");
        refuses(conv2(3, 2), "node Conv0 (Conv)", "[4, 2, 3, 3]", "3 channels");
        ModelBuilder typed = conv();
        typed.graph.getInitializerBuilder(0).setDataType(99);
        refuses(typed, "initializer w", "type 99");
        ModelBuilder halved = conv();
        halved.graph.getInitializerBuilder(0).setDataType(ElementType.FLOAT16);
        refuses(halved, "needs 216 bytes");
        ModelBuilder rank = conv();
        for (int i = 0; i < 100; i++) {
            rank.graph.getInitializerBuilder(0).addDims(1);
        }
        refuses(rank, "initializer w", "104 dimensions");
        ModelBuilder sparse = conv();
        sparse.graph.addSparseInitializer(SparseTensorProto.newBuilder()
                .setValues(TensorProto.newBuilder().setName("s")));
        refuses(sparse, "initializer s", "sparse");
    }

    private static ModelBuilder conv2(int channels, int weightChannels) {
        return ModelBuilder.opset(13)
                .input("x", "N", channels, 8, 8)
                .weights("w", 4, weightChannels, 3, 3)
                .node("Conv", List.of("x", "w"), List.of("y"))
                .bareOutput("y");
    }

    @Test
    void weightsThatAreNotNumbers() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 2);
            b.initializer(ModelBuilder.floats("scale", new int[] {2}, 1, bad));
            b.node("Mul", List.of("x", "scale"), List.of("y")).bareOutput("y");
            refuses(b, "initializer scale", "element 1", Float.toString(bad));
        }
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 2, 3);
        for (String p : List.of("s", "b", "m")) {
            b.weights(p, 2);
        }
        b.initializer(ModelBuilder.floats("v", new int[] {2}, 1, -1));
        b.node("BatchNormalization", List.of("x", "s", "b", "m", "v"), List.of("y"))
                .bareOutput("y");
        refuses(b, "BatchNormalization", "variance -1.0");
    }

    @Test
    void attributesThatMakeNoSense() {
        refuses(window("pads", new int[] {1, 1, -1, 1}), "Conv", "pads");
        refuses(window("strides", new int[] {0, 1}), "Conv", "strides");
        refuses(window("strides", new int[] {1}), "Conv", "strides");
        refuses(window("dilations", new int[] {1, Integer.MAX_VALUE}), "Conv");
        refuses(window("kernel_shape", new int[] {9, 9}), "Conv", "kernel_shape");
        refuses(window("group", 7), "Conv", "7 groups");
        refuses(window("group", "one"), "Conv", "attribute group", "STRING");
        refuses(window("auto_pad", "SAME"), "auto_pad SAME");
        refuses(window("dilations", new int[] {4, 4}), "Conv", "window of 9", "padded input 8");
        ModelBuilder twice = conv();
        twice.graph.getNodeBuilder(0).addAttribute(ModelBuilder.attribute("pads", new int[] {0, 0, 0, 0}));
        refuses(twice, "attribute pads twice");
        ModelBuilder pool = ModelBuilder.opset(13).input("x", "N", 1, 8, 8);
        pool.node("MaxPool", "x", "y", "kernel_shape", new int[] {2, 2}, "pads", new int[] {2, 0, 0, 0})
                .bareOutput("y");
        refuses(pool, "MaxPool", "pad 2", "smaller than its window");
        ModelBuilder empty = ModelBuilder.opset(13).input("x", "N", 8);
        empty.node("Slice", List.of("x", empty.vector(4), empty.vector(2), empty.vector(1)), List.of("y"))
                .bareOutput("y");
        refuses(empty, "Slice", "nothing of axis 1");
        ModelBuilder squeeze = ModelBuilder.opset(11).input("x", "N", 8);
        refuses(squeeze.node("Squeeze", "x", "y", "axes", new int[] {1}).bareOutput("y"), "Squeeze", "axis 1");
        ModelBuilder reshape = ModelBuilder.opset(13).input("x", "N", 8);
        reshape.node("Reshape", List.of("x", reshape.vector(-1, 3)), List.of("y"))
                .bareOutput("y");
        refuses(reshape, "Reshape", "does not fit");
        ModelBuilder concat = ModelBuilder.opset(13).input("x", "N", 8).input("z", "N", 8, 2);
        refuses(
                concat.node("Concat", List.of("x", "z"), List.of("y"), "axis", 1)
                        .bareOutput("y"),
                "[N, 8]",
                "[N, 8, 2]");
        ModelBuilder add = ModelBuilder.opset(13).input("x", "N", 8).weights("c", 7);
        refuses(add.node("Add", List.of("x", "c"), List.of("y")).bareOutput("y"), "[N, 8]", "[7]");
        ModelBuilder bare = ModelBuilder.opset(13).input("x", "N", 8);
        refuses(bare.node("Add", List.of("x"), List.of("y")).bareOutput("y"), "lacks input 1");
    }

    private static ModelBuilder window(String attribute, Object value) {
        return ModelBuilder.opset(13)
                .input("x", "N", 3, 8, 8)
                .weights("w", 4, 3, 3, 3)
                .node("Conv", List.of("x", "w"), List.of("y"), attribute, value)
                .bareOutput("y");
    }

    /** Small files that ask for huge computations are refused before memory is taken. */
    @Test
    void bombs() {
        ModelBuilder shape = ModelBuilder.opset(13).input("x", "N", 8);
        shape.node("ConstantOfShape", shape.vector(1L << 20, 1L << 20), "c");
        refuses(shape.node("Add", List.of("x", "c"), List.of("y")).bareOutput("y"), "ConstantOfShape", "too large");

        ModelBuilder range = ModelBuilder.opset(13).input("x", "N", 8);
        range.node("Range", List.of(range.real(0), range.real(1e30f), range.real(1e-30f)), List.of("c"));
        refuses(range.node("Add", List.of("x", "c"), List.of("y")).bareOutput("y"), "Range");

        ModelBuilder doubling = ModelBuilder.opset(13).input("x", "N", 8).weights("c0", 1024);
        for (int i = 0; i < 100; i++) {
            doubling.node("Concat", List.of("c" + i, "c" + i), List.of("c" + (i + 1)), "axis", 0);
        }
        doubling.node("Add", List.of("x", "c100"), List.of("y")).bareOutput("y");
        refuses(doubling, "Concat", "too large");

        ModelBuilder resize = ModelBuilder.opset(13).input("x", "N", 8, 8, 8);
        resize.initializer(ModelBuilder.floats("s", new int[] {4}, 1, 1, 1 << 18, 1 << 18));
        resize.node("Resize", List.of("x", "", "s"), List.of("y")).bareOutput("y");
        refuses(resize, "Resize");

        ModelBuilder pads = ModelBuilder.opset(13).input("x", "N", 8);
        pads.node("Pad", List.of("x", pads.vector(0, 0, 0, Long.MAX_VALUE)), List.of("y"))
                .bareOutput("y");
        refuses(pads, "Pad", "too large");

        refuses(
                ModelBuilder.opset(13)
                        .input("x", 1, 65536, 65536)
                        .node("Relu", "x", "y")
                        .bareOutput("y"),
                "input x",
                "too large");
    }

    @Test
    void nothingToGatherFrom() {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 8).initializer(ModelBuilder.longs("none"));
        b.node("Gather", List.of("none", b.scalar(0)), List.of("g"));
        refuses(b.node("Reshape", List.of("x", "g"), List.of("y")).bareOutput("y"), "Gather", "no elements");
    }

    @Test
    void deepNesting() {
        TensorProto leaf = TensorProto.newBuilder().setDataType(1).build();
        ai.onnx.proto.OnnxMl.GraphProto g = ai.onnx.proto.OnnxMl.GraphProto.newBuilder()
                .addInitializer(leaf)
                .build();
        for (int i = 0; i < 60; i++) {
            g = ai.onnx.proto.OnnxMl.GraphProto.newBuilder()
                    .addNode(NodeProto.newBuilder()
                            .setOpType("If")
                            .addAttribute(ModelBuilder.attribute("then_branch", g)))
                    .build();
        }
        ModelBuilder b = conv().node("If", List.of("x"), List.of("z"), "then_branch", g);
        refuses(b, "damaged");
    }

    @Test
    void longChainsDoNotExhaustTheStack() {
        ModelBuilder b = ModelBuilder.opset(13).input("x", "N", 3);
        int n = 20_000;
        for (int i = 0; i < n; i++) {
            b.node("Identity", i == 0 ? "x" : "t" + i, "t" + (i + 1));
        }
        b.node("Relu", "t" + n, "y").output("y", "N", 3);
        assertThat(b.read().graph().nodes()).hasSize(1);
    }

    @Test
    void filesThatCannotBeRead(@TempDir Path folder) {
        assertThatThrownBy(() -> OnnxImporter.read(folder.resolve("none.onnx")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("none.onnx")
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> OnnxImporter.read(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is a folder");
    }

    @Test
    void weightsAreNotCopied(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("net.onnx");
        Files.write(file, conv().bytes());
        ImportedModel m = OnnxImporter.read(file);
        assertThat(m.graph().initializers().get("w"))
                .isNotNull()
                .satisfies(t -> assertThat(t.bytes().isDirect()).isTrue());
    }
}
