package io.dms.serve.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Requests and responses of inference over REST: a JSON object, behind it the bytes of those tensors that say so (the
 * binary data extension). Whatever the bytes are, reading ends with a value or an {@link InferenceException}.
 */
public final class RestCodec {
    private RestCodec() {}

    /**
     * A message.
     *
     * @param json its beginning
     * @param tails bytes of tensors that follow the JSON, in this order: views, not copies
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Message(byte[] json, List<ByteBuffer> tails) {
        /** True where bytes follow the JSON. */
        public boolean binary() {
            return !tails.isEmpty();
        }

        /** Bytes of JSON. */
        public int jsonLength() {
            return json.length;
        }

        /** All of it, in one array. */
        public byte[] bytes() {
            int length = tails.stream().mapToInt(ByteBuffer::remaining).reduce(json.length, Math::addExact);
            ByteBuffer out = ByteBuffer.allocate(length).put(json);
            tails.forEach(t -> out.put(t.duplicate()));
            return out.array();
        }

        /** All of it, as it stands. */
        public List<ByteBuffer> parts() {
            List<ByteBuffer> out = new ArrayList<>();
            out.add(ByteBuffer.wrap(json));
            out.addAll(tails);
            return out;
        }
    }

    /**
     * Reads a request.
     *
     * @param body whose bytes up to {@code length} are the request; tensors are views of it
     * @param jsonLength value of the header that tells it, or -1 for all bytes
     * @param model from the path
     * @param version from the path, or empty
     */
    public static InferRequest readRequest(byte[] body, int length, int jsonLength, String model, String version) {
        Draft d = read(body, length, jsonLength, "inputs", true);
        return new InferRequest(model, version, d.id, d.parameters, d.tensors, d.outputs);
    }

    /** Reads a response. */
    public static InferResponse readResponse(byte[] body, int jsonLength) {
        Draft d = read(body, body.length, jsonLength, "outputs", false);
        return new InferResponse(d.model, d.version, d.id, d.parameters, d.tensors);
    }

    private static final class Draft {
        String model = "";
        String version = "";
        String id = "";
        Map<String, Object> parameters = Map.of();
        final List<TensorData> tensors = new ArrayList<>();
        boolean any;
        final List<InferRequest.Output> outputs = new ArrayList<>();
    }

    private static Draft read(byte[] body, int all, int jsonLength, String tensors, boolean request) {
        int length = jsonLength < 0 ? all : jsonLength;
        if (length > all) {
            throw InferenceException.invalid("header " + Parameters.HEADER_LENGTH + " says " + length
                    + " bytes of JSON, but the body has " + all);
        }
        ByteBuffer tail = ByteBuffer.wrap(body, length, all - length);
        Draft d = new Draft();
        try (JsonParser in = JsonForm.FACTORY.createParser(body, 0, length)) {
            in.nextToken();
            JsonForm.object(in, "the body", field -> {
                switch (field) {
                    case "id" -> d.id = JsonForm.text(in, "id");
                    case "model_name" -> d.model = JsonForm.text(in, "model_name");
                    case "model_version" -> d.version = JsonForm.text(in, "model_version");
                    case "parameters" -> d.parameters = JsonForm.parameters(in);
                    default -> {
                        if (field.equals(tensors)) {
                            d.any = true;
                            JsonForm.array(in, tensors, x -> d.tensors.add(TensorJson.read(in, tail)));
                        } else if (request && field.equals("outputs")) {
                            JsonForm.array(in, "outputs", x -> d.outputs.add(output(in)));
                        } else {
                            in.skipChildren();
                        }
                    }
                }
            });
            if (in.nextToken() != null) {
                throw InferenceException.invalid("something follows the JSON object");
            }
        } catch (JsonProcessingException e) {
            throw new InferenceException(Refusal.INVALID, "the body is no JSON: " + oneLine(e), e);
        } catch (IOException e) {
            throw new InferenceException(Refusal.INVALID, "the body can't be read: " + e.getMessage(), e);
        }
        if (!d.any) {
            throw InferenceException.invalid("the body has no " + tensors);
        }
        if (tail.hasRemaining()) {
            throw InferenceException.invalid(tail.remaining() + " bytes behind the JSON belong to no tensor");
        }
        return d;
    }

    private static String oneLine(JsonProcessingException e) {
        String message = e.getOriginalMessage();
        String text =
                message == null ? "damaged" : message.replaceAll("[^ -~]+", " ").strip();
        String where =
                e.getLocation() == null ? "" : " (at byte " + e.getLocation().getByteOffset() + ")";
        return (text.length() > 160 ? text.substring(0, 160) + "..." : text) + where;
    }

    private static InferRequest.Output output(JsonParser in) throws IOException {
        String[] name = {null};
        List<Map<String, Object>> parameters = new ArrayList<>();
        JsonForm.object(in, "an output", field -> {
            switch (field) {
                case "name" -> name[0] = JsonForm.text(in, "name of an output");
                case "parameters" -> parameters.add(JsonForm.parameters(in));
                default -> in.skipChildren();
            }
        });
        String given = name[0];
        if (given == null) {
            throw InferenceException.invalid("an output that is asked for lacks its name");
        }
        return new InferRequest.Output(given, parameters.isEmpty() ? Map.of() : parameters.get(0));
    }

    /** Writes a request; tensors as bytes behind the JSON, or as numbers in it. */
    public static Message writeRequest(InferRequest r, boolean binary) {
        return write(
                out -> {
                    text(out, "id", r.id());
                    Map<String, Object> parameters = new java.util.LinkedHashMap<>(r.parameters());
                    if (binary && r.outputs().isEmpty()) {
                        parameters.put(Parameters.BINARY_DATA_OUTPUT, true);
                    }
                    JsonForm.writeParameters(out, parameters);
                    tensors(out, "inputs", r.inputs(), t -> binary);
                    if (!r.outputs().isEmpty()) {
                        out.writeArrayFieldStart("outputs");
                        for (InferRequest.Output o : r.outputs()) {
                            Map<String, Object> own = new java.util.LinkedHashMap<>(o.parameters());
                            own.put(Parameters.BINARY_DATA, binary);
                            out.writeStartObject();
                            out.writeStringField("name", o.name());
                            JsonForm.writeParameters(out, own);
                            out.writeEndObject();
                        }
                        out.writeEndArray();
                    }
                },
                r.inputs(),
                t -> binary);
    }

    /**
     * Writes a response.
     *
     * @param binary which outputs go as bytes behind the JSON
     */
    public static Message writeResponse(InferResponse r, Predicate<TensorData> binary) {
        return write(
                out -> {
                    text(out, "id", r.id());
                    out.writeStringField("model_name", r.model());
                    text(out, "model_version", r.version());
                    JsonForm.writeParameters(out, r.parameters());
                    tensors(out, "outputs", r.outputs(), binary);
                },
                r.outputs(),
                binary);
    }

    private interface Body {
        void write(JsonGenerator out) throws IOException;
    }

    private static void text(JsonGenerator out, String field, @Nullable String value) throws IOException {
        if (value != null && !value.isEmpty()) {
            out.writeStringField(field, value);
        }
    }

    private static void tensors(JsonGenerator out, String field, List<TensorData> all, Predicate<TensorData> binary)
            throws IOException {
        out.writeArrayFieldStart(field);
        for (TensorData t : all) {
            TensorJson.write(out, t, binary.test(t));
        }
        out.writeEndArray();
    }

    private static Message write(Body body, List<TensorData> tensors, Predicate<TensorData> binary) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JsonForm.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Message(
                out.toByteArray(),
                tensors.stream().filter(binary).map(TensorData::data).toList());
    }

    /** The body of an error. */
    public static byte[] error(String message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(64);
        try (JsonGenerator json = JsonForm.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("error", message);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** The text of an error's body, or the body's beginning where it has another form. */
    public static String errorText(byte[] body) {
        try (JsonParser in = JsonForm.FACTORY.createParser(body)) {
            in.nextToken();
            String[] text = {null};
            JsonForm.object(in, "the error", field -> {
                if (field.equals("error") && in.currentToken().isScalarValue()) {
                    text[0] = in.getText();
                } else {
                    in.skipChildren();
                }
            });
            if (text[0] != null) {
                return text[0];
            }
        } catch (IOException | InferenceException e) {
            // another form: shown as it is
        }
        return Text.brief(new String(body, 0, Math.min(body.length, 200), StandardCharsets.UTF_8));
    }
}
