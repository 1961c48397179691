package io.dms.model;

import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.ImportedModel;
import io.dms.model.onnx.OnnxImporter;
import io.dms.model.onnx.OnnxWriter;
import io.dms.model.onnx.ShapeInference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Scalable models as files: {@code *.dms.onnx}.
 *
 * <p>Such a file is an ordinary ONNX model of the full width. Beside the network it holds, under {@code metadata_props}:
 * {@code dms.schema} (1), {@code dms.name}, {@code dms.groups}, {@code dms.levels}, {@code dms.preprocessing} and
 * {@code dms.provenance}, the last four as JSON; and, as constants that no node reads, the scale and shift of every
 * normalisation site of every level: {@code dms.level/<level>/<site>/scale} and {@code .../shift}.
 *
 * <p>Which axes belong to which group is not stored: it follows from the graph, and reading finds it again. The stored
 * names and sizes must agree with what is found, so that a graph edited by hand is not cut by the wrong table.
 */
public final class ScalableModelFile {
    private static final int SCHEMA = 1;

    private ScalableModelFile() {}

    /** True where an imported file says that it is a scalable model. */
    public static boolean isScalable(ImportedModel file) {
        return file.metadata().containsKey("dms.schema");
    }

    /**
     * Reads a scalable model.
     *
     * @throws UserException if there is no such file, or it is no scalable model, or a damaged one
     */
    public static ScalableModel read(Path file) {
        return of(OnnxImporter.read(file), file.toString());
    }

    /**
     * Reads a scalable model from memory.
     *
     * @param name for messages
     * @throws ModelException if the bytes are no scalable model, or a damaged one
     */
    public static ScalableModel read(ByteBuffer bytes, String name) {
        return of(OnnxImporter.read(bytes, name, ImportOptions.DEFAULT), name);
    }

    /** A scalable model as it is; any other model as one of a single level that was never ordered. */
    public static ScalableModel readAny(Path file, ImportOptions options) {
        ImportedModel imported = OnnxImporter.read(file, options);
        if (options.forEngines()) {
            imported.graph().digestAhead();
        }
        return isScalable(imported) ? of(imported, file.toString()) : ScalableModel.plain(imported.graph());
    }

    /**
     * Writes a scalable model: whole, or not at all.
     *
     * @throws DmsException if the file can't be written
     */
    public static void write(ScalableModel model, Path file) {
        OnnxWriter.write(model.graph(), metadata(model), normalization(model), file);
    }

    /** The bytes that {@link #write} would write. */
    public static byte[] toBytes(ScalableModel model) {
        return OnnxWriter.toBytes(model.graph(), metadata(model), normalization(model));
    }

    private static Map<String, String> metadata(ScalableModel model) {
        Map<String, String> out = new LinkedHashMap<>();
        out.put("dms.schema", Integer.toString(SCHEMA));
        out.put("dms.name", model.name());
        out.put("dms.groups", ModelEntries.groupsText(model.groups()));
        out.put("dms.levels", ModelEntries.levelsText(model.levels()));
        Preprocessing p = model.preprocessing();
        if (p != null) {
            out.put("dms.preprocessing", ModelEntries.preprocessingText(p));
        }
        out.put("dms.provenance", ModelEntries.provenanceText(model.provenance()));
        return out;
    }

    private static String key(WidthLevel level, String site, String part) {
        return "dms.level/" + level.name() + "/" + site + "/" + part;
    }

    private static Map<String, Tensor> normalization(ScalableModel model) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (WidthLevel level : model.levels()) {
            level.normalization().forEach((site, affine) -> {
                Shape shape = Shape.of(affine.channels());
                out.put(key(level, site, "scale"), Tensor.ofFloats(shape, affine.scale()));
                out.put(key(level, site, "shift"), Tensor.ofFloats(shape, affine.shift()));
            });
        }
        return out;
    }

    // ---- reading ----

    private static ScalableModel of(ImportedModel file, String where) {
        Map<String, String> metadata = file.metadata();
        String schema = metadata.get("dms.schema");
        if (schema == null) {
            throw new ModelException(where + " is an ordinary ONNX model, not a scalable one: make one with"
                    + " \"dms compile " + where + "\"");
        }
        if (!schema.equals(Integer.toString(SCHEMA))) {
            throw new ModelException(where + " has scalable model schema " + schema + ", this version reads " + SCHEMA
                    + ": use the version of DMS that wrote it, or compile the model again");
        }
        try {
            return build(file);
        } catch (UserException e) {
            String message = String.valueOf(e.getMessage());
            throw new ModelException(message.startsWith(where) ? message : where + ": " + message, e);
        }
    }

    private static ScalableModel build(ImportedModel file) {
        Map<String, String> metadata = file.metadata();
        Graph graph = file.graph();
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        checkGroups(ModelEntries.groups(metadata), groups);
        List<WidthLevel> levels = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (ModelEntries.Level entry : ModelEntries.levels(metadata)) {
            if (!names.add(entry.name())) {
                throw new ModelException("dms.levels has a level twice");
            }
            levels.add(new WidthLevel(
                    entry.name(),
                    entry.width(),
                    entry.counts(),
                    normalization(entry.name(), graph, file.unusedInitializers())));
        }
        WidthLevels.checkNested(groups, levels);
        ScalableModel model = new ScalableModel(
                metadata.getOrDefault("dms.name", graph.name()),
                graph,
                groups,
                levels,
                ModelEntries.preprocessing(metadata),
                ModelEntries.provenance(metadata));
        for (WidthLevel level : levels) {
            ShapeInference.infer(model.graphAt(level));
        }
        return model;
    }

    private static void checkGroups(List<ModelEntries.Group> stored, ChannelGroups found) {
        boolean same = stored.size() == found.groups().size();
        for (int g = 0; same && g < stored.size(); g++) {
            ChannelGroup group = found.groups().get(g);
            ModelEntries.Group entry = stored.get(g);
            same = group.name().equals(entry.name())
                    && group.size() == entry.size()
                    && group.frozen() == entry.frozen();
        }
        if (!same) {
            throw new ModelException("its channel groups are not those of its graph: it was edited, or written by"
                    + " another version of DMS; compile the model again");
        }
    }

    private static Map<String, Affine> normalization(String level, Graph graph, Map<String, Tensor> constants) {
        Map<String, Affine> out = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            String prefix = "dms.level/" + level + "/" + node.name() + "/";
            Tensor scale = constants.get(prefix + "scale");
            Tensor shift = constants.get(prefix + "shift");
            if (scale == null && shift == null) {
                continue;
            }
            if (scale == null
                    || shift == null
                    || scale.type() != DataType.FLOAT32
                    || shift.type() != DataType.FLOAT32
                    || !scale.shape().equals(shift.shape())
                    || scale.shape().rank() != 1
                    || graph.shape(node.output()).rank() < 2) {
                throw new ModelException("normalisation of level " + level + " at node " + node.name()
                        + " needs a scale and a shift of the same length");
            }
            out.put(node.name(), new Affine(scale.floats(), shift.floats()));
        }
        return out;
    }
}
