package io.dms.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.report.Inspection;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.onnx.ImportedModel;
import io.dms.model.onnx.OnnxImporter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms inspect}: what is in a model. */
@Command(
        name = "inspect",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Show what is in a model: operators, backends that run it, channel groups, levels, provenance.",
            "Where a backend can't run it, it says why. Without MODEL: the bundled ResNet-20 for CIFAR-10."
        })
final class InspectCommand extends DmsCommand {
    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A scalable model, or any ONNX model.")
    private @Nullable Path model;

    @Option(
            names = "--input-shape",
            paramLabel = "NAME:SHAPE",
            description = "Shape of an input that the file leaves open, as in input:1x3x224x224. Repeatable.")
    private List<String> inputShapes = new ArrayList<>();

    @Option(names = "--json", paramLabel = "FILE", description = "Write it as JSON; \"-\" for standard output.")
    private @Nullable String json;

    InspectCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        if (json != null && !json.equals(JsonFile.STANDARD_OUTPUT)) {
            Targets.writable(Path.of(json));
            if (model != null) {
                Targets.differ(Path.of(json), model);
            }
        }
        Inspection inspection = inspection();
        if (json != null) {
            ObjectNode node = inspection.json();
            node.put("schema", 1);
            node.put("tool", "dms");
            node.put("version", Version.dms());
            JsonFile.write(console(), json, node);
        }
        if (!JsonFile.STANDARD_OUTPUT.equals(json)) {
            inspection.lines().forEach(console()::print);
        }
        return Exit.OK;
    }

    private Inspection inspection() {
        if (model == null) {
            return Inspection.of(ModelInput.scalable(null, inputShapes), List.of());
        }
        ImportedModel imported = OnnxImporter.read(model, ModelInput.options(model, inputShapes));
        if (!ScalableModelFile.isScalable(imported)) {
            return Inspection.of(imported, String.valueOf(model.getFileName()));
        }
        ScalableModel scalable = ModelInput.scalable(model, inputShapes);
        return Inspection.of(scalable, imported.foreignNodes());
    }
}
