package io.dms.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.LevelExport;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.model.onnx.OnnxImporter;
import io.dms.model.onnx.OnnxWriter;
import io.dms.runtime.SessionOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Pretrained networks at several widths against ONNX Runtime, which runs the exported level. */
class RealNetworksTest {
    private static Path data() {
        String place = System.getProperty("dms.data", System.getenv("DMS_DATA"));
        assumeTrue(place != null, "no data: set DMS_DATA");
        return Path.of(place);
    }

    @Test
    void dataIsThere() {
        assertThat(data()).isDirectory();
    }

    @TestFactory
    Stream<DynamicTest> everyLevelAgreesWithOnnxRuntimeAndIsFast() throws IOException {
        if (System.getProperty("dms.data", System.getenv("DMS_DATA")) == null) {
            return Stream.empty();
        }
        List<Path> files;
        try (Stream<Path> all =
                Stream.concat(Files.list(data().resolve("networks")), Files.list(data().resolve("ultraface")))) {
            files = all.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
        }
        return files.stream().map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(f)));
    }

    private static void check(Path file) throws OrtException {
        Graph graph = OnnxImporter.read(file).graph();
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = Stream.of(1.0, 0.75, 0.5, 0.25)
                .map(w -> WidthLevels.uniform(groups, w))
                .toList();
        ScalableModel model = new ScalableModel(file.getFileName().toString(), graph, groups, levels, null, Map.of());
        FloatBuffer[] in = buffers(graph.inputs());
        FloatBuffer[] out = buffers(graph.outputs());
        Random random = new Random(1);
        for (FloatBuffer b : in) {
            for (int i = 0; i < b.capacity(); i++) {
                b.put(i, (float) random.nextGaussian());
            }
        }
        try (CpuSession session = (CpuSession) new CpuBackend().open(model, SessionOptions.DEFAULT.withThreads(2))) {
            for (WidthLevel level : levels) {
                session.run(level, in, out);
                compare(model, level, in, out);
                assertThat(session.describe(level))
                        .as("no operation of %s falls to the library's slow implementations", level)
                        .noneMatch(line -> line.contains(": ref"));
            }
        }
    }

    private static FloatBuffer[] buffers(List<Graph.Value> values) {
        return values.stream()
                .map(v -> ByteBuffer.allocateDirect(
                                Math.toIntExact(4 * v.shape().withBatch(1).elements()))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer())
                .toArray(FloatBuffer[]::new);
    }

    private static void compare(ScalableModel model, WidthLevel level, FloatBuffer[] in, FloatBuffer[] out)
            throws OrtException {
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        byte[] bytes = OnnxWriter.toBytes(LevelExport.graph(model, level), Map.of(), Map.of());
        Map<String, OnnxTensor> feed = new LinkedHashMap<>();
        List<Graph.Value> inputs = model.graph().inputs();
        for (int i = 0; i < in.length; i++) {
            long[] dims = Arrays.stream(inputs.get(i).shape().withBatch(1).dims())
                    .mapToLong(d -> d)
                    .toArray();
            feed.put(inputs.get(i).name(), OnnxTensor.createTensor(env, in[i], dims));
        }
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = env.createSession(bytes, options);
                OrtSession.Result result = session.run(feed)) {
            for (int o = 0; o < out.length; o++) {
                String name = model.graph().outputs().get(o).name();
                FloatBuffer want = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
                float largest = 0;
                float off = 0;
                for (int i = 0; i < want.capacity(); i++) {
                    largest = Math.max(largest, Math.abs(want.get(i)));
                    off = Math.max(off, Math.abs(want.get(i) - out[o].get(i)));
                }
                assertThat(off).as("%s of %s at %s", name, model.name(), level).isLessThanOrEqualTo(1e-4f * largest);
            }
        } finally {
            feed.values().forEach(OnnxTensor::close);
        }
    }
}
