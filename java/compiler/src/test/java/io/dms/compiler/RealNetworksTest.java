package io.dms.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.dms.backend.cpu.CpuBackend;
import io.dms.model.Affine;
import io.dms.model.ChannelGroups;
import io.dms.model.ChannelOrder;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.LevelExport;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.model.onnx.OnnxImporter;
import io.dms.model.onnx.OnnxWriter;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Real networks against ONNX Runtime: the model, its groups shuffled at random, written to a file and read back, gives
 * the original's outputs at width 1; and each level, with a normalisation drawn at random, gives the outputs of its
 * export. Networks are those under {@code DMS_DATA}, and every file of the folder {@code -Ddms.models}. Prints one line
 * each.
 */
class RealNetworksTest {
    private static final double TOLERANCE = 1e-4;

    @TestFactory
    Stream<DynamicTest> everyNetworkAndLevel() throws IOException {
        List<Path> files = new ArrayList<>();
        String data = System.getProperty("dms.data", System.getenv("DMS_DATA"));
        if (data != null) {
            addAll(files, Path.of(data, "networks"));
            addAll(files, Path.of(data, "ultraface"));
        }
        String models = System.getProperty("dms.models");
        if (models != null) {
            addAll(files, Path.of(models));
        }
        Assumptions.assumeFalse(files.isEmpty(), "no data: set DMS_DATA");
        return files.stream().map(f -> DynamicTest.dynamicTest(String.valueOf(f.getFileName()), () -> check(f)));
    }

    private static void addAll(List<Path> files, Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (Stream<Path> all = Files.list(folder)) {
                all.filter(f -> f.toString().endsWith(".onnx")).sorted().forEach(files::add);
            }
        }
    }

    private static void check(Path file) throws IOException, OrtException {
        Random random = new Random(file.getFileName().toString().hashCode());
        Graph graph = OnnxImporter.read(file).graph();
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        int[][] order = groups.groups().stream()
                .map(g -> g.frozen() ? new int[0] : permutation(g.size(), random))
                .toArray(int[][]::new);
        Graph ordered = ChannelOrder.apply(graph, groups, order);
        List<WidthLevel> levels = new ArrayList<>();
        for (double width : new double[] {1, 0.75, 0.5, 0.25}) {
            WidthLevel level = WidthLevels.uniform(groups, width);
            levels.add(width == 1 ? level : level.withNormalization(normalization(ordered, groups, level, random)));
        }
        ScalableModel model = ScalableModelFile.read(
                ByteBuffer.wrap(ScalableModelFile.toBytes(
                        new ScalableModel(graph.name(), ordered, groups, levels, null, Map.of()))),
                "memory");

        List<float[]> inputs = TestData.inputs(graph, 1, random);
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-28s", file.getFileName()));
        line.append(String.format(
                " %3d free groups",
                groups.groups().stream().filter(g -> !g.frozen()).count()));
        List<Executable> failures = new ArrayList<>();
        try (Session session = new CpuBackend().open(model, SessionOptions.DEFAULT.withThreads(2))) {
            float[][] original = reference(Files.readAllBytes(file), graph, inputs);
            compare("original", original, run(session, model.full(), inputs), line, failures);
            for (WidthLevel level : model.levels()) {
                Graph export = LevelExport.graph(model, level);
                float[][] want = reference(OnnxWriter.toBytes(export, Map.of(), Map.of()), export, inputs);
                compare(level.name(), want, run(session, level, inputs), line, failures);
            }
        }
        System.out.println(line);
        for (Executable e : failures) {
            e.run();
        }
        assertThat(groups.groups()).as("something can be cut").anyMatch(g -> !g.frozen());
    }

    private interface Executable {
        void run();
    }

    private static void compare(
            String what, float[][] want, float[][] got, StringBuilder line, List<Executable> failures) {
        double worst = 0;
        for (int i = 0; i < want.length; i++) {
            worst = Math.max(worst, TestData.relativeError(got[i], want[i]));
        }
        double error = worst;
        line.append(String.format(Locale.ROOT, "  %s %.1e", what, error));
        failures.add(() -> assertThat(error).as(what).isLessThanOrEqualTo(TOLERANCE));
    }

    private static int[] permutation(int size, Random random) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            all.add(i);
        }
        Collections.shuffle(all, random);
        return all.stream().mapToInt(Integer::intValue).toArray();
    }

    /** A scale near 1 and a small shift at every second site. */
    private static Map<String, Affine> normalization(
            Graph graph, ChannelGroups groups, WidthLevel level, Random random) {
        Map<String, Affine> out = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            if (!Calibration.isSite(graph, node) || random.nextBoolean()) {
                continue;
            }
            int size = graph.shape(node.output()).dim(1);
            int channels = groups.cut(node.output(), 1, size, level.counts()).kept();
            float[] scale = new float[channels];
            float[] shift = new float[channels];
            for (int c = 0; c < channels; c++) {
                scale[c] = 0.5f + random.nextFloat();
                shift[c] = 0.1f * random.nextFloat();
            }
            out.put(node.name(), new Affine(scale, shift));
        }
        return out;
    }

    private static float[][] run(Session session, WidthLevel level, List<float[]> inputs) {
        Graph graph = session.model().graph();
        FloatBuffer[] in = inputs.stream().map(x -> direct(x.length).put(0, x)).toArray(FloatBuffer[]::new);
        FloatBuffer[] out = graph.outputs().stream()
                .map(v -> direct((int) v.shape().elements()))
                .toArray(FloatBuffer[]::new);
        session.run(level, in, out);
        return Arrays.stream(out)
                .map(b -> {
                    float[] x = new float[b.capacity()];
                    b.get(0, x);
                    return x;
                })
                .toArray(float[][]::new);
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * 4)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static float[][] reference(byte[] model, Graph graph, List<float[]> inputs) throws OrtException {
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            options.setIntraOpNumThreads(2);
            try (OrtSession session = env.createSession(model, options)) {
                Map<String, OnnxTensor> in = new LinkedHashMap<>();
                for (int i = 0; i < inputs.size(); i++) {
                    Graph.Value v = graph.inputs().get(i);
                    long[] dims = Arrays.stream(v.shape().withBatch(1).dims())
                            .asLongStream()
                            .toArray();
                    in.put(v.name(), OnnxTensor.createTensor(env, FloatBuffer.wrap(inputs.get(i)), dims));
                }
                try (OrtSession.Result result = session.run(in)) {
                    List<float[]> out = new ArrayList<>();
                    for (Map.Entry<String, OnnxValue> e : result) {
                        FloatBuffer b = ((OnnxTensor) e.getValue()).getFloatBuffer();
                        float[] x = new float[b.remaining()];
                        b.get(x);
                        out.add(x);
                    }
                    return out.toArray(float[][]::new);
                } finally {
                    in.values().forEach(OnnxTensor::close);
                }
            }
        }
    }
}
