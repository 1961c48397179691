package io.dms.backend.cudnn;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.SessionOptions.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints what each level of networks copies for nothing but to have images lie otherwise, channels last in half precision: with
 * the legacy interface alone, and with every convolution by a plan in place. Plans levels and runs nothing. Arguments: ONNX files.
 */
final class CopyCounts {
    private CopyCounts() {}

    public static void main(String[] files) throws IOException {
        System.out.println("| network | width | copies, legacy alone | MB | in place | MB | arena MB |");
        for (String file : files) {
            Graph graph = ScalableModelFile.readAny(Path.of(file), ImportOptions.DEFAULT)
                    .graph();
            ScalableModel model = scalable(graph);
            for (WidthLevel level : model.levels()) {
                try (LevelPlan plan = planned(model, level, 1)) {
                    Copies legacy = plan.copies();
                    Copies fewest = plan.copiesBesideConvolutions();
                    System.out.printf(
                            Locale.ROOT,
                            "| %s | %s | %d | %.2f | %d | %.2f | %.2f |%n",
                            Path.of(file).getFileName(),
                            level.name(),
                            legacy.count(),
                            legacy.bytes() / 1e6,
                            fewest.count(),
                            fewest.bytes() / 1e6,
                            plan.arenaBytes() / 1e6);
                }
            }
        }
    }

    /** Four levels. */
    static ScalableModel scalable(Graph graph) {
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = List.of(
                WidthLevels.uniform(groups, 1),
                WidthLevels.uniform(groups, 0.75),
                WidthLevels.uniform(groups, 0.5),
                WidthLevels.uniform(groups, 0.25));
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }

    /** A level's plan, channels last in half precision, without algorithms or memory; the caller's to close. */
    static LevelPlan planned(ScalableModel model, WidthLevel level, int batch) throws IOException {
        FakeHardware hardware = new FakeHardware(Files.createTempDirectory("dms"));
        Device device = new Device(hardware.open(Precision.FP16), Precision.FP16, Candidates.GRAPH);
        long[] in = new long[model.graph().inputs().size()];
        long[] out = new long[model.graph().outputs().size()];
        return new LevelPlan(device, new SharedScales(model, batch), model.graphAt(level), batch, in, out);
    }
}
