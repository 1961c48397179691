package io.dms.serve.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.dms.serve.wire.InferParameter;
import io.dms.serve.wire.InferTensorContents;
import io.dms.serve.wire.ModelInferRequest;
import io.dms.serve.wire.ModelInferResponse;
import io.dms.serve.wire.ModelMetadataResponse;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests and responses of inference as protobuf messages: raw contents, and typed ones where somebody sends them. */
public final class GrpcCodec {
    private GrpcCodec() {}

    /** Reads a request. */
    public static InferRequest read(ModelInferRequest m) {
        raw("raw_input_contents", m.getRawInputContentsCount(), m.getInputsCount());
        List<TensorData> inputs = new ArrayList<>(m.getInputsCount());
        for (int i = 0; i < m.getInputsCount(); i++) {
            ModelInferRequest.InferInputTensor t = m.getInputs(i);
            if (m.getRawInputContentsCount() > 0 && t.hasContents()) {
                throw both(t.getName());
            }
            TensorType type = TensorType.of(t.getDatatype());
            inputs.add(new TensorData(
                    t.getName(),
                    type,
                    shape(t.getShapeList()),
                    m.getRawInputContentsCount() > 0
                            ? m.getRawInputContents(i).asReadOnlyByteBuffer()
                            : typed(t.getName(), type, t.getContents()),
                    parameters(t.getParametersMap())));
        }
        List<InferRequest.Output> outputs = new ArrayList<>(m.getOutputsCount());
        m.getOutputsList()
                .forEach(o -> outputs.add(new InferRequest.Output(o.getName(), parameters(o.getParametersMap()))));
        return new InferRequest(
                m.getModelName(), m.getModelVersion(), m.getId(), parameters(m.getParametersMap()), inputs, outputs);
    }

    /** Reads a response. */
    public static InferResponse read(ModelInferResponse m) {
        raw("raw_output_contents", m.getRawOutputContentsCount(), m.getOutputsCount());
        List<TensorData> outputs = new ArrayList<>(m.getOutputsCount());
        for (int i = 0; i < m.getOutputsCount(); i++) {
            ModelInferResponse.InferOutputTensor t = m.getOutputs(i);
            TensorType type = TensorType.of(t.getDatatype());
            outputs.add(new TensorData(
                    t.getName(),
                    type,
                    shape(t.getShapeList()),
                    m.getRawOutputContentsCount() > 0
                            ? m.getRawOutputContents(i).asReadOnlyByteBuffer()
                            : typed(t.getName(), type, t.getContents()),
                    parameters(t.getParametersMap())));
        }
        return new InferResponse(
                m.getModelName(), m.getModelVersion(), m.getId(), parameters(m.getParametersMap()), outputs);
    }

    private static void raw(String field, int given, int tensors) {
        if (given != 0 && given != tensors) {
            throw InferenceException.invalid(
                    field + " has " + given + " entries for " + tensors + " tensors: give one for each, or none");
        }
    }

    private static InferenceException both(String tensor) {
        return InferenceException.invalid(
                "tensor " + Text.brief(tensor) + " has contents beside raw_input_contents: give one of them");
    }

    private static ByteBuffer typed(String tensor, TensorType type, InferTensorContents c) {
        Bytes out = new Bytes();
        switch (type) {
            case BOOL -> c.getBoolContentsList().forEach(v -> out.room(1).put((byte) (v ? 1 : 0)));
            case INT8, INT16, INT32 -> c.getIntContentsList().forEach(v -> integer(tensor, type, v, out));
            case INT64 -> c.getInt64ContentsList().forEach(v -> out.room(8).putLong(v));
            case UINT8, UINT16, UINT32 ->
                c.getUintContentsList().forEach(v -> integer(tensor, type, Integer.toUnsignedLong(v), out));
            case UINT64 -> c.getUint64ContentsList().forEach(v -> out.room(8).putLong(v));
            case FP32 -> {
                int n = c.getFp32ContentsCount();
                ByteBuffer room = out.room(Math.multiplyExact(4, n));
                for (int i = 0; i < n; i++) {
                    room.putFloat(c.getFp32Contents(i));
                }
            }
            case FP64 -> c.getFp64ContentsList().forEach(v -> out.room(8).putDouble(v));
            case BYTES ->
                c.getBytesContentsList()
                        .forEach(v -> out.room(4 + v.size()).putInt(v.size()).put(v.asReadOnlyByteBuffer()));
            default ->
                throw InferenceException.invalid("tensor " + Text.brief(tensor) + " of datatype " + type
                        + " has no raw contents: there are no typed ones for it");
        }
        return out.done();
    }

    private static void integer(String tensor, TensorType type, long v, Bytes out) {
        Integers.put(
                type,
                BigInteger.valueOf(v),
                out.room(8),
                () -> InferenceException.invalid(
                        "contents of tensor " + Text.brief(tensor) + " hold " + v + ", which is no " + type));
    }

    private static long[] shape(List<Long> dims) {
        long[] out = new long[dims.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = dims.get(i);
        }
        return out;
    }

    private static Map<String, Object> parameters(Map<String, InferParameter> from) {
        if (from.isEmpty()) {
            return Map.of();
        }
        Map<String, Object> out = new LinkedHashMap<>();
        from.forEach((name, p) -> {
            switch (p.getParameterChoiceCase()) {
                case BOOL_PARAM -> out.put(name, p.getBoolParam());
                case INT64_PARAM -> out.put(name, p.getInt64Param());
                case STRING_PARAM -> out.put(name, p.getStringParam());
                case DOUBLE_PARAM -> out.put(name, p.getDoubleParam());
                case UINT64_PARAM -> out.put(name, p.getUint64Param());
                default -> {
                    // as if it was not given
                }
            }
        });
        return out;
    }

    private static InferParameter parameter(Object v) {
        InferParameter.Builder p = InferParameter.newBuilder();
        if (v instanceof Boolean b) {
            p.setBoolParam(b);
        } else if (v instanceof Long n) {
            p.setInt64Param(n);
        } else if (v instanceof Number n) {
            p.setDoubleParam(n.doubleValue());
        } else {
            p.setStringParam(v.toString());
        }
        return p.build();
    }

    private static ByteString bytes(TensorData t) {
        return UnsafeByteOperations.unsafeWrap(t.data().duplicate());
    }

    /** Writes a request, contents raw. */
    public static ModelInferRequest write(InferRequest r) {
        ModelInferRequest.Builder m = ModelInferRequest.newBuilder()
                .setModelName(r.model())
                .setModelVersion(r.version())
                .setId(r.id());
        r.parameters().forEach((k, v) -> m.putParameters(k, parameter(v)));
        for (TensorData t : r.inputs()) {
            ModelInferRequest.InferInputTensor.Builder one =
                    m.addInputsBuilder().setName(t.name()).setDatatype(t.type().name());
            for (long d : t.shape()) {
                one.addShape(d);
            }
            t.parameters().forEach((k, v) -> one.putParameters(k, parameter(v)));
            m.addRawInputContents(bytes(t));
        }
        for (InferRequest.Output o : r.outputs()) {
            ModelInferRequest.InferRequestedOutputTensor.Builder one =
                    m.addOutputsBuilder().setName(o.name());
            o.parameters().forEach((k, v) -> one.putParameters(k, parameter(v)));
        }
        return m.build();
    }

    /** Writes a response, contents raw. */
    public static ModelInferResponse write(InferResponse r) {
        ModelInferResponse.Builder m = ModelInferResponse.newBuilder()
                .setModelName(r.model())
                .setModelVersion(r.version())
                .setId(r.id());
        r.parameters().forEach((k, v) -> m.putParameters(k, parameter(v)));
        for (TensorData t : r.outputs()) {
            ModelInferResponse.InferOutputTensor.Builder one =
                    m.addOutputsBuilder().setName(t.name()).setDatatype(t.type().name());
            for (long d : t.shape()) {
                one.addShape(d);
            }
            t.parameters().forEach((k, v) -> one.putParameters(k, parameter(v)));
            m.addRawOutputContents(bytes(t));
        }
        return m.build();
    }

    /** Reads what a server says of a model. */
    public static ModelInfo read(ModelMetadataResponse m) {
        return new ModelInfo(
                m.getName(),
                List.copyOf(m.getVersionsList()),
                m.getPlatform(),
                m.getInputsList().stream().map(GrpcCodec::tensor).toList(),
                m.getOutputsList().stream().map(GrpcCodec::tensor).toList());
    }

    private static ModelInfo.Tensor tensor(ModelMetadataResponse.TensorMetadata t) {
        return new ModelInfo.Tensor(t.getName(), TensorType.of(t.getDatatype()), shape(t.getShapeList()));
    }

    /** Writes what a server says of a model. */
    public static ModelMetadataResponse write(ModelInfo info) {
        ModelMetadataResponse.Builder m = ModelMetadataResponse.newBuilder()
                .setName(info.name())
                .addAllVersions(info.versions())
                .setPlatform(info.platform());
        info.inputs().forEach(t -> m.addInputs(tensor(t)));
        info.outputs().forEach(t -> m.addOutputs(tensor(t)));
        return m.build();
    }

    private static ModelMetadataResponse.TensorMetadata tensor(ModelInfo.Tensor t) {
        ModelMetadataResponse.TensorMetadata.Builder one = ModelMetadataResponse.TensorMetadata.newBuilder()
                .setName(t.name())
                .setDatatype(t.type().name());
        for (long d : t.shape()) {
            one.addShape(d);
        }
        return one.build();
    }

    /** A tensor of BYTES from texts. */
    public static TensorData texts(String name, long[] shape, List<String> values) {
        Bytes out = new Bytes();
        for (String v : values) {
            byte[] b = v.getBytes(StandardCharsets.UTF_8);
            out.room(4 + b.length).putInt(b.length).put(b);
        }
        return new TensorData(name, TensorType.BYTES, shape, out.done(), Map.of());
    }

    /** The texts of a tensor of BYTES. */
    public static List<String> texts(TensorData t) {
        return TensorJson.strings(t).stream()
                .map(b -> new String(b, StandardCharsets.UTF_8))
                .toList();
    }
}
