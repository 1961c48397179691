package io.dms.cli;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.WidthLevels;
import io.dms.model.onnx.OnnxWriter;
import io.dms.testkit.Networks;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Small model files for tests. */
final class ModelFiles {
    private ModelFiles() {}

    /** An ordinary ONNX file of a small residual network. */
    static Path ordinary(Path folder) {
        Path file = folder.resolve("tiny.onnx");
        OnnxWriter.write(Networks.residual(3), Map.of(), Map.of(), file);
        return file;
    }

    /** A scalable model with levels 1 and 0.5. */
    static Path scalable(Path folder) {
        Graph graph = Networks.residual(3);
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        ScalableModel model = new ScalableModel(
                "tiny",
                graph,
                groups,
                DoubleStream.of(1, 0.5)
                        .mapToObj(w -> WidthLevels.uniform(groups, w))
                        .toList(),
                null,
                Map.of("criterion", "none"));
        Path file = folder.resolve("tiny.dms.onnx");
        ScalableModelFile.write(model, file);
        return file;
    }
}
