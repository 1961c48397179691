package io.dms.serve.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reading JSON from strangers: bounded depth, no field twice, every refusal one sentence. */
final class JsonForm {
    private static final int DEEPEST = 64;
    private static final int MOST_DIMENSIONS = 32;

    /** Makes parsers and generators. */
    static final JsonFactory FACTORY = factory();

    private JsonForm() {}

    /** What to do at a field; the parser stands at its value. */
    interface Field {
        void read(String name) throws IOException;
    }

    private static JsonFactory factory() {
        JsonFactory f = new JsonFactoryBuilder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxNumberLength(400)
                        .maxNameLength(1000)
                        .build())
                .build();
        f.setCodec(new ObjectMapper(f));
        return f;
    }

    /** Goes through an object at whose start the parser stands. */
    static void object(JsonParser in, String what, Field field) throws IOException {
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw InferenceException.invalid(what + " must be a JSON object");
        }
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            field.read(name);
        }
    }

    /** Goes through an array at whose start the parser stands. */
    static void array(JsonParser in, String what, Field element) throws IOException {
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw InferenceException.invalid(what + " must be a JSON array");
        }
        while (in.nextToken() != JsonToken.END_ARRAY) {
            element.read(what);
        }
    }

    static String text(JsonParser in, String what) throws IOException {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            throw InferenceException.invalid(what + " must be a text");
        }
        return in.getText();
    }

    static long[] longs(JsonParser in, String what) throws IOException {
        long[] out = new long[MOST_DIMENSIONS];
        int[] n = {0};
        array(in, what, x -> {
            if (in.currentToken() != JsonToken.VALUE_NUMBER_INT || n[0] == out.length) {
                throw InferenceException.invalid(what + " must be an array of at most " + out.length + " integers");
            }
            out[n[0]++] = in.getLongValue();
        });
        return Arrays.copyOf(out, n[0]);
    }

    static Map<String, Object> parameters(JsonParser in) throws IOException {
        Map<String, Object> out = new LinkedHashMap<>();
        object(in, "parameters", name -> {
            switch (in.currentToken()) {
                case VALUE_STRING -> out.put(name, in.getText());
                case VALUE_NUMBER_INT -> out.put(name, in.getLongValue());
                case VALUE_NUMBER_FLOAT -> out.put(name, in.getDoubleValue());
                case VALUE_TRUE, VALUE_FALSE -> out.put(name, in.getBooleanValue());
                case VALUE_NULL -> {
                    // as if it was not given
                }
                default ->
                    throw InferenceException.invalid(
                            "parameter " + Text.brief(name) + " must be a text, a number, true or false");
            }
        });
        return out;
    }

    /** Writes the field {@code parameters} where there are any. */
    static void writeParameters(JsonGenerator out, Map<String, Object> parameters) throws IOException {
        if (parameters.isEmpty()) {
            return;
        }
        out.writeObjectFieldStart("parameters");
        for (Map.Entry<String, Object> p : parameters.entrySet()) {
            out.writeFieldName(p.getKey());
            Object v = p.getValue();
            if (v instanceof Boolean b) {
                out.writeBoolean(b);
            } else if (v instanceof Long n) {
                out.writeNumber(n);
            } else if (v instanceof Number n) {
                out.writeNumber(n.doubleValue());
            } else {
                out.writeString(v.toString());
            }
        }
        out.writeEndObject();
    }
}
