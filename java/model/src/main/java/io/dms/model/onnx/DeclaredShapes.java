package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.dms.model.ModelException;
import io.dms.model.Shape;
import io.dms.model.UserException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Shapes and types as the file and the caller state them: of the inputs, and of tensors behind operators whose shapes
 * cannot be computed.
 */
final class DeclaredShapes {
    private static final int MAX_RANK = 8;
    private static final int[] USUAL_SIZES = {1, 3, 224, 224};

    private final SourceModel model;
    private final int batch;
    private final Map<String, Shape> inputs = new LinkedHashMap<>();
    private final Map<String, Integer> named = new HashMap<>();
    private boolean fileBatchOpen;
    private boolean batchIsOne;

    /**
     * @param batch what stands for the batch where it is open or 1: {@link Shape#BATCH} or 1
     * @throws ModelException if an input's shape is not known well enough
     * @throws UserException if an option names no input or contradicts the file
     */
    DeclaredShapes(SourceModel model, ImportOptions options, int batch) {
        this.model = model;
        this.batch = batch;
        for (String name : options.inputShapes().keySet()) {
            if (!model.inputs().containsKey(name)) {
                throw new UserException("the network has no input " + Text.clean(name) + "; it has "
                        + model.inputs().keySet().stream().map(Text::clean).collect(Collectors.joining(", ")));
            }
        }
        for (ValueInfoProto v : model.inputs().values()) {
            inputs.put(v.getName(), input(v, options.inputShapes().get(v.getName())));
        }
    }

    /** Inputs in the file's order. */
    Map<String, Shape> inputs() {
        return inputs;
    }

    /** True where the file itself leaves the batch open. */
    boolean fileBatchOpen() {
        return fileBatchOpen;
    }

    /** True where there is a batch that could be left open. */
    boolean hasBatch() {
        return fileBatchOpen || batchIsOne;
    }

    private Shape input(ValueInfoProto v, @Nullable Shape wish) {
        String name = Text.clean(v.getName());
        TypeProto type = v.getType();
        int element = type.getTensorType().getElemType();
        if (!type.hasTensorType() || !ElementType.isFloat(element)) {
            throw new ModelException("input " + name + " has type "
                    + (type.hasTensorType() ? ElementType.name(element) : "other than a tensor")
                    + "; networks with float inputs are supported: export it without its preprocessing");
        }
        boolean hasShape = type.getTensorType().hasShape();
        TensorShapeProto declared = type.getTensorType().getShape();
        int rank = hasShape || wish == null ? declared.getDimCount() : wish.rank();
        if (rank > MAX_RANK || (wish != null && wish.rank() != rank)) {
            throw new ModelException("input " + name + " has " + rank + " dimensions"
                    + (wish == null ? "" : " but was given shape " + wish));
        }
        if (!hasShape && wish == null) {
            throw new ModelException("input " + name + " has no shape in the file: pass --input-shape " + name
                    + ":1x3x224x224 with the sizes that the network is for");
        }
        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++) {
            Dimension d = hasShape ? declared.getDim(i) : Dimension.getDefaultInstance();
            dims[i] = dimension(v, i, d, wish == null ? 0 : wish.dim(i), declared, rank);
        }
        if (!bounded(Shape.of(dims))) {
            throw new ModelException("input " + name + " has shape " + Shape.of(dims) + ", which is too large");
        }
        return Shape.of(dims);
    }

    /** @param wish size that the caller gave, 0 where none */
    private int dimension(ValueInfoProto v, int i, Dimension d, int wish, TensorShapeProto all, int rank) {
        String name = Text.clean(v.getName());
        long size = d.hasDimValue() ? d.getDimValue() : 0;
        if (size < -1 || size > Integer.MAX_VALUE) {
            throw new ModelException("input " + name + " has dimension " + size + ": the file is damaged");
        }
        boolean open = size <= 0;
        if (!open && wish != 0 && wish != size && !(i == 0 && size == 1 && wish == Shape.BATCH)) {
            throw new UserException("input " + name + " has size " + size + " in dimension " + i
                    + ", which cannot be set to " + (wish == Shape.BATCH ? "N" : wish));
        }
        if (i == 0 && (open ? wish <= 1 : size == 1 && rank > 1)) {
            fileBatchOpen |= open;
            batchIsOne |= !open;
            if (!d.getDimParam().isEmpty()) {
                named.put(d.getDimParam(), batch);
            }
            return batch;
        }
        if (open && wish <= 0) {
            String shape = IntStream.range(0, rank)
                    .mapToObj(k -> Long.toString(
                            k > 0 && all.getDim(k).getDimValue() > 0
                                    ? all.getDim(k).getDimValue()
                                    : USUAL_SIZES[Math.min(k, 3)]))
                    .collect(Collectors.joining("x"));
            throw new ModelException("input " + name + " leaves dimension " + i
                    + (d.getDimParam().isEmpty() ? "" : " (" + Text.clean(d.getDimParam()) + ")")
                    + " open: pass the sizes that the network is for, as in --input-shape " + name + ":" + shape);
        }
        if (!d.getDimParam().isEmpty()) {
            named.put(d.getDimParam(), wish);
        }
        return open ? wish : (int) size;
    }

    /** The shape that the file states for an activation, or null where it does not or leaves something open. */
    @Nullable
    Shape shape(String tensor) {
        ValueInfoProto v = model.value(tensor);
        if (v == null || !v.getType().getTensorType().hasShape()) {
            return null;
        }
        TensorShapeProto s = v.getType().getTensorType().getShape();
        int[] dims = new int[Math.min(s.getDimCount(), MAX_RANK + 1)];
        int batches = 0;
        for (int i = 0; i < dims.length; i++) {
            Dimension d = s.getDim(i);
            Integer known = d.hasDimParam() ? named.get(d.getDimParam()) : null;
            long size = known != null ? known : d.getDimValue();
            if ((known == null && size < 1) || size > Integer.MAX_VALUE || i == MAX_RANK) {
                return null;
            }
            dims[i] = (int) size;
            batches += dims[i] == Shape.BATCH ? 1 : 0;
        }
        Shape out = Shape.of(dims);
        return batches > 1 || !bounded(out) ? null : out;
    }

    /** The shape that the file states for an output, 0 for each size that it leaves open. */
    Shape outputShape(String output) {
        ValueInfoProto v = model.value(output);
        if (v == null || !v.getType().getTensorType().hasShape()) {
            return Shape.of(0);
        }
        return Shape.of(v.getType().getTensorType().getShape().getDimList().stream()
                .limit(MAX_RANK)
                .mapToInt(d -> {
                    Integer known = d.hasDimParam() ? named.get(d.getDimParam()) : null;
                    return known != null ? known : (int) Math.max(0, Math.min(d.getDimValue(), Integer.MAX_VALUE));
                })
                .toArray());
    }

    private static boolean bounded(Shape s) {
        double n = 1;
        for (int d : s.dims()) {
            n *= Math.abs(d);
        }
        return n <= 1 << 29;
    }

    /** The element type that the file states, or {@link ElementType#UNKNOWN}. */
    int type(String tensor) {
        ValueInfoProto v = model.value(tensor);
        return v == null || !v.getType().hasTensorType()
                ? ElementType.UNKNOWN
                : ElementType.canonical(v.getType().getTensorType().getElemType());
    }
}
