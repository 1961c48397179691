package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.backend.tensorrt.NvInfer.Flag;
import io.dms.backend.tensorrt.TensorRtSessionTest.Library;
import io.dms.backend.tensorrt.cache.Dequantised;
import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.model.DataType;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.OnnxImporter;
import io.dms.model.onnx.OnnxWriter;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.ReferenceBackend;
import io.dms.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Networks that bring scales of their own, as NVIDIA's and others' tools write them: int8, or a line that says why not. */
class QuantisedTest {
    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    private static Tensor bytes(Shape shape, int... values) {
        ByteBuffer b = ByteBuffer.allocate(values.length);
        for (int v : values) {
            b.put((byte) v);
        }
        return Tensor.of(DataType.INT8, shape, b.flip());
    }

    /** Weights of a 1x1 convolution in eight bits with a scale for each channel; inputs quantised before it. */
    private static Graph network(String between) {
        Map<String, Tensor> c = new LinkedHashMap<>();
        c.put("w", bytes(Shape.of(2, 3, 1, 1), 1, 2, 3, -4, 5, -128));
        c.put("ws", Tensor.ofFloats(Shape.of(2), 0.5f, 0.25f));
        c.put("wz", bytes(Shape.of(2), 0, 0));
        c.put("xs", Tensor.ofFloats(Shape.of(), 0.125f));
        c.put("xz", bytes(Shape.of(), 0));
        List<Node> nodes = new ArrayList<>();
        nodes.add(Node.of("quantise", "QuantizeLinear", List.of("x", "xs", "xz"), List.of("xq"), Map.of()));
        String integers = "xq";
        if (!between.isEmpty()) {
            nodes.add(Node.of("between", between, List.of("xq"), List.of("b"), Map.of()));
            integers = "b";
        }
        nodes.add(Node.of("back", "DequantizeLinear", List.of(integers, "xs", "xz"), List.of("xr"), Map.of()));
        nodes.add(Node.of("weights", "DequantizeLinear", List.of("w", "ws", "wz"), List.of("wr"), Map.of("axis", 0L)));
        nodes.add(Node.of(
                "conv",
                "Conv",
                List.of("xr", "wr"),
                List.of("y"),
                Map.of(
                        "kernel_shape", new long[] {1, 1},
                        "strides", new long[] {1, 1},
                        "pads", new long[] {0, 0, 0, 0},
                        "dilations", new long[] {1, 1},
                        "group", 1L)));
        Shape in = Shape.of(1, 3, 4, 4);
        Shape out = Shape.of(1, 2, 4, 4);
        return new Graph(
                "eight",
                List.of(new Graph.Value("x", in)),
                List.of(new Graph.Value("y", out)),
                nodes,
                c,
                Map.of("x", in, "y", out));
    }

    private Session open(FakeHardware h, Graph graph) {
        EngineCache cache =
                new EngineCache(folder.resolve("engines"), 1 << 30, new TensorRtEngineBuilder(h), notes::add);
        return new TensorRtBackend(h, (m, o) -> new CachedPlans(cache, m, new ReferenceBackend()))
                .open(ScalableModel.plain(graph), SessionOptions.DEFAULT);
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void scalesOfTheNetworkGiveAnEngineOfEightBits(Library library) {
        FakeHardware h = library.open();
        Graph graph = network("");
        assertThat(graph.initializers().get("w"))
                .extracting(t -> Objects.requireNonNull(t).type())
                .isEqualTo(DataType.INT8);
        List<float[]> in = TestData.inputs(graph, 1, new Random(1));
        float[] want = Objects.requireNonNull(
                ReferenceBackend.evaluate(Dequantised.of(graph), in, 1).get("y"));
        try (Session s = open(h, graph)) {
            assertThat(Fixtures.run(s, s.model().full(), in).get(0)).isEqualTo(want);
        }
        assertThat(h.nv.lastFlags).containsEntry(Flag.INT8, true).containsEntry(Flag.FP16, true);
        FakeHardware second = library.open();
        try (Session s = open(second, network(""))) {
            s.prepare(s.model().full());
        }
        assertThat(second.nv.calls).doesNotContain("build");
        assertThat(notes).isEmpty();
        assertThat(h.nv.live()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void aBoardWithoutUnitsForEightBitsRefuses(Library library) {
        FakeHardware h = library.open();
        h.nv.int8 = false;
        try (Session s = open(h, network(""))) {
            assertThatThrownBy(() -> s.prepare(s.model().full()))
                    .isInstanceOf(UserException.class)
                    .hasMessage("Fake Orin has no fast int8: use precision fp32 and a model without scales");
        }
        assertThat(h.nv.live()).isEmpty();
    }

    @Test
    void inRealNumbersWeightsAreWhatTheirIntegersStandFor() {
        Graph real = Dequantised.of(network(""));
        assertThat(real.nodes()).singleElement().matches(n -> n.is("Conv"));
        Tensor w = Objects.requireNonNull(real.initializer(real.nodes().get(0).input(1)));
        assertThat(w.floats()).containsExactly(0.5f, 1, 1.5f, -1, 1.25f, -32);
        Graph plain = Fixtures.model().graph();
        assertThat(Dequantised.of(plain)).isSameAs(plain);
    }

    /** The library would write as much as it likes behind the memory that is there for one number. */
    @Test
    void anOutputOfUnknownShapeIsRefused() {
        ByteBuffer onnx = ByteBuffer.wrap(OnnxWriter.toBytes(network(""), Map.of(), Map.of()));
        Graph shapeless =
                OnnxImporter.read(onnx, "eight", ImportOptions.DEFAULT).graph();
        FakeHardware h = FakeHardware.ten();
        String line = "the shape of output y of eight is not known, so there is no memory for it: export the model with"
                + " the shapes of its outputs";
        assertThat(Fixtures.backend(h).refusals(shapeless)).containsExactly(line);
        assertThatThrownBy(() -> open(h, shapeless))
                .isInstanceOf(UserException.class)
                .hasMessage(line);
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void whatComputesWithIntegersIsRefusedByNameBeforeItIsBuilt(Library library) {
        FakeHardware h = library.open();
        try (Session s = open(h, network("Abs"))) {
            assertThatThrownBy(() -> s.prepare(s.model().full()))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("node between (Abs) computes with integers, so an engine of this network")
                    .hasMessageNotContaining("\n");
        }
        assertThat(h.nv.calls).doesNotContain("build");
    }
}
