package io.dms.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.report.Figures;
import io.dms.model.Graph;
import io.dms.model.LevelExport;
import io.dms.model.ModelCosts;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.OnnxWriter;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms export}: one level as an ordinary ONNX model. */
@Command(
        name = "export",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Write one width level as an ordinary dense ONNX model that any ONNX runtime runs.",
            "Without MODEL: the bundled ResNet-20 for CIFAR-10."
        })
final class ExportCommand extends DmsCommand {
    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A scalable model.")
    private @Nullable Path model;

    @Option(names = "--width", paramLabel = "W", required = true, description = "Width of the level, in (0, 1].")
    private double width;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write it (default: NAME-wW.onnx in this folder).")
    private @Nullable Path output;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write what it costs as JSON; \"-\" for standard output.")
    private @Nullable String json;

    ExportCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        ScalableModel scalable = ModelInput.scalable(model, java.util.List.of());
        WidthLevel level = scalable.level(ModelInput.checkedWidth(scalable, width));
        String safeName = scalable.name().replaceAll("[^A-Za-z0-9._-]", "_");
        Path target = output == null ? Path.of(safeName + "-w" + level.name() + ".onnx") : output;
        Targets.writable(target);
        if (model != null) {
            Targets.differ(target, model);
        }
        Graph graph = LevelExport.graph(scalable, level);
        Map<String, String> metadata =
                Map.of("source", scalable.name(), "width", level.name(), "tool", "dms " + Version.dms());
        OnnxWriter.write(graph, metadata, Map.of(), target);
        if (json != null) {
            ObjectNode node = JsonFile.object();
            node.put("schema", 1);
            node.put("tool", "dms");
            node.put("version", Version.dms());
            node.put("output", target.toString());
            node.put("model", scalable.name());
            node.put("width", level.width());
            node.put("macs", ModelCosts.macs(graph));
            node.put("parameters", ModelCosts.parameters(graph));
            node.put("weight_bytes", ModelCosts.weightBytes(graph));
            JsonFile.write(console(), json, node);
        }
        if (!JsonFile.STANDARD_OUTPUT.equals(json)) {
            console()
                    .print("wrote " + target + ": " + scalable.name() + " at width " + level.name() + ", "
                            + Figures.mega(ModelCosts.macs(graph)) + " MMAC, "
                            + Figures.millions(ModelCosts.parameters(graph)) + " parameters");
        }
        return Exit.OK;
    }
}
