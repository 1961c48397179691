package io.dms.fieldkit;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.LevelExport;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.OnnxImporter;
import io.dms.model.onnx.OnnxWriter;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.BenchmarkNetworks;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * What every step works with.
 *
 * @param quick small networks and few calls
 * @param seed of all random inputs and orders; fresh in each run, and in the results
 * @param result where rows go
 */
record Kit(boolean quick, long seed, Result result) {
    /** Batch 1, weights in a bank, graphs, single precision. */
    static final SessionOptions PLAIN = SessionOptions.DEFAULT;

    /** The backend that most steps are about; its description goes to the result. */
    Backend gpu() {
        return backend("cudnn");
    }

    /** A backend, described in the result. */
    Backend backend(String name) {
        Backend found = Backends.find(name);
        result.note("backend", found.describe());
        return found;
    }

    /** One number or another. */
    int count(int few, int many) {
        return quick ? few : many;
    }

    /**
     * The bundled network and two of published shapes, each with four levels; of these only those that
     * {@code -Ddms.field.models=resnet20,resnet50} names by the beginnings of their names.
     */
    List<ScalableModel> models() {
        String[] chosen = System.getProperty("dms.field.models", "").split(",", -1);
        return Stream.of(BundledModels.resnet20Cifar10(), mobileNetV2(), resnet50())
                .filter(m -> Stream.of(chosen).anyMatch(m.name()::startsWith))
                .toList();
    }

    ScalableModel mobileNetV2() {
        return scalable(BenchmarkNetworks.mobileNetV2(1, size()));
    }

    ScalableModel resnet50() {
        return scalable(BenchmarkNetworks.resnet50(1, size()));
    }

    private int size() {
        return size(quick);
    }

    /** Rows and columns of images of the published shapes. */
    static int size(boolean quick) {
        return quick ? 96 : 224;
    }

    /** What {@link PeerStep} compares, by the names that the other side has for them. */
    static Map<String, ScalableModel> peers(int size) {
        Map<String, ScalableModel> models = new LinkedHashMap<>();
        models.put("resnet50", scalable(BenchmarkNetworks.resnet50(1, size)));
        models.put("mobilenetv2", scalable(BenchmarkNetworks.mobileNetV2(1, size)));
        return models;
    }

    private static ScalableModel scalable(Graph graph) {
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = DoubleStream.of(1, 0.75, 0.5, 0.25)
                .mapToObj(w -> WidthLevels.uniform(groups, w))
                .toList();
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }

    /** A level as a network of its own. */
    static ScalableModel own(ScalableModel model, WidthLevel level) {
        byte[] export = OnnxWriter.toBytes(LevelExport.graph(model, level), Map.of(), Map.of());
        return ScalableModel.plain(OnnxImporter.read(ByteBuffer.wrap(export), "own model", ImportOptions.DEFAULT)
                .graph());
    }

    /** The middle one. */
    static double median(long[] values) {
        return percentile(values, 50);
    }

    /** By nearest rank. */
    static double percentile(long[] values, double percent) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return (double) sorted[Math.max(0, rank - 1)];
    }
}
