package io.dms.serve.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tensor in JSON. Fields may come in any order, data nested or flat; data that comes before its type is kept until the
 * type is known.
 */
final class TensorJson {
    private @Nullable String name;
    private @Nullable String datatype;
    private long @Nullable [] shape;
    private Map<String, Object> parameters = Map.of();
    private @Nullable ByteBuffer data;
    private @Nullable TokenBuffer early;

    private TensorJson() {}

    /**
     * Reads a tensor; the parser stands at the start of its object.
     *
     * @param tail bytes behind the JSON; what belongs to this tensor is taken from its position on
     */
    static TensorData read(JsonParser in, ByteBuffer tail) throws IOException {
        TensorJson t = new TensorJson();
        JsonForm.object(in, "a tensor", field -> t.field(in, field));
        return t.tensor(tail);
    }

    private void field(JsonParser in, String field) throws IOException {
        switch (field) {
            case "name" -> name = JsonForm.text(in, "name of a tensor");
            case "datatype" -> datatype = JsonForm.text(in, "datatype of a tensor");
            case "shape" -> shape = JsonForm.longs(in, "shape of a tensor");
            case "parameters" -> parameters = JsonForm.parameters(in);
            case "data" -> {
                if (datatype != null) {
                    data = values(in, TensorType.of(datatype));
                } else {
                    TokenBuffer kept = new TokenBuffer(in);
                    kept.copyCurrentStructure(in);
                    early = kept;
                }
            }
            default -> in.skipChildren();
        }
    }

    private TensorData tensor(ByteBuffer tail) throws IOException {
        if (name == null || datatype == null || shape == null) {
            throw InferenceException.invalid("tensor " + Text.brief(name) + " lacks its "
                    + (name == null ? "name" : datatype == null ? "datatype" : "shape"));
        }
        TensorType type = TensorType.of(datatype);
        Object size = parameters.get(Parameters.BINARY_DATA_SIZE);
        if (size != null) {
            if (data != null || early != null) {
                throw InferenceException.invalid(
                        "tensor " + Text.brief(name) + " has data and binary_data_size: give one of them");
            }
            return new TensorData(name, type, shape, taken(tail, size), parameters);
        }
        TokenBuffer kept = early;
        if (kept != null) {
            JsonParser again = kept.asParser();
            again.nextToken();
            data = values(again, type);
        }
        if (data == null) {
            throw InferenceException.invalid("tensor " + Text.brief(name) + " has no data");
        }
        return new TensorData(name, type, shape, data, parameters);
    }

    private ByteBuffer taken(ByteBuffer tail, Object size) {
        if (!(size instanceof Long n) || n < 0 || n > tail.remaining()) {
            throw InferenceException.invalid("binary_data_size of tensor " + Text.brief(name) + " is "
                    + Text.brief(size) + ", and " + tail.remaining() + " bytes are left behind the JSON");
        }
        ByteBuffer own = tail.slice(tail.position(), n.intValue());
        tail.position(tail.position() + n.intValue());
        return own;
    }

    private ByteBuffer values(JsonParser in, TensorType type) throws IOException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw InferenceException.invalid("data of tensor " + Text.brief(name) + " must be an array");
        }
        Bytes out = new Bytes();
        int depth = 1;
        while (depth > 0) {
            JsonToken token = in.nextToken();
            if (token == JsonToken.START_ARRAY) {
                depth++;
            } else if (token == JsonToken.END_ARRAY) {
                depth--;
            } else if (token == null) {
                throw InferenceException.invalid("data of tensor " + Text.brief(name) + " ends early");
            } else {
                value(in, token, type, out);
            }
        }
        return out.done();
    }

    private void value(JsonParser in, JsonToken token, TensorType type, Bytes out) throws IOException {
        switch (type) {
            case BOOL -> {
                boolean number = token == JsonToken.VALUE_NUMBER_INT && (in.getLongValue() & ~1L) == 0;
                if (!token.isBoolean() && !number) {
                    throw wrong(in, type);
                }
                boolean set = number ? in.getLongValue() == 1 : token == JsonToken.VALUE_TRUE;
                out.room(1).put((byte) (set ? 1 : 0));
            }
            case BYTES -> {
                if (token != JsonToken.VALUE_STRING) {
                    throw wrong(in, type);
                }
                byte[] text = in.getText().getBytes(StandardCharsets.UTF_8);
                out.room(4 + text.length).putInt(text.length).put(text);
            }
            case FP16 -> out.room(2).putShort(Half.of((float) floating(in, token, type)));
            case BF16 -> out.room(2).putShort(Half.brain((float) floating(in, token, type)));
            case FP32 -> out.room(4).putFloat((float) floating(in, token, type));
            case FP64 -> out.room(8).putDouble(floating(in, token, type));
            default -> {
                if (token != JsonToken.VALUE_NUMBER_INT) {
                    throw wrong(in, type);
                }
                Integers.put(type, in.getBigIntegerValue(), out.room(8), () -> wrong(in, type));
            }
        }
    }

    private double floating(JsonParser in, JsonToken token, TensorType type) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            switch (in.getText()) {
                case "NaN":
                    return Double.NaN;
                case "Infinity":
                    return Double.POSITIVE_INFINITY;
                case "-Infinity":
                    return Double.NEGATIVE_INFINITY;
                default:
                    throw wrong(in, type);
            }
        }
        if (!token.isNumeric()) {
            throw wrong(in, type);
        }
        return in.getDoubleValue();
    }

    private InferenceException wrong(JsonParser in, TensorType type) {
        String what;
        try {
            what = Text.brief(in.getText());
        } catch (IOException e) {
            what = "?";
        }
        return InferenceException.invalid(
                "data of tensor " + Text.brief(name) + " holds " + what + ", which is no " + type);
    }

    /** Writes a tensor: its bytes as JSON numbers, or only their size where they follow behind. */
    static void write(JsonGenerator out, TensorData t, boolean binary) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", t.name());
        out.writeStringField("datatype", t.type().name());
        out.writeFieldName("shape");
        out.writeArray(t.shape(), 0, t.shape().length);
        Map<String, Object> parameters = t.parameters();
        if (binary) {
            parameters = new java.util.LinkedHashMap<>(parameters);
            parameters.put(Parameters.BINARY_DATA_SIZE, (long) t.data().remaining());
        }
        JsonForm.writeParameters(out, parameters);
        if (!binary) {
            out.writeArrayFieldStart("data");
            writeValues(out, t);
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private static void writeValues(JsonGenerator out, TensorData t) throws IOException {
        if (t.type() == TensorType.BYTES) {
            for (byte[] s : strings(t)) {
                out.writeString(new String(s, StandardCharsets.UTF_8));
            }
            return;
        }
        ByteBuffer in = t.data();
        int n = (int) t.elements();
        for (int i = 0; i < n; i++) {
            switch (t.type()) {
                case FP16 -> out.writeNumber(Half.toFloat(in.getShort(2 * i)));
                case BF16 -> out.writeNumber(Float.intBitsToFloat(in.getShort(2 * i) << 16));
                case FP32 -> out.writeNumber(in.getFloat(4 * i));
                case FP64 -> out.writeNumber(in.getDouble(8 * i));
                case BOOL -> out.writeBoolean(in.get(i) != 0);
                default -> out.writeNumber(Integers.get(t.type(), in, i));
            }
        }
    }

    /** The elements of a tensor of BYTES. */
    static List<byte[]> strings(TensorData t) {
        List<byte[]> out = new ArrayList<>();
        ByteBuffer in = t.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long n = t.elements();
        for (long i = 0; i < n; i++) {
            int length = in.remaining() < 4 ? -1 : in.getInt();
            if (length < 0 || length > in.remaining()) {
                throw InferenceException.invalid("tensor " + Text.brief(t.name()) + " of BYTES ends within an element");
            }
            byte[] s = new byte[length];
            in.get(s);
            out.add(s);
        }
        return out;
    }
}
