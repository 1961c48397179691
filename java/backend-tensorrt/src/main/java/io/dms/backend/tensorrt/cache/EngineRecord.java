package io.dms.backend.tensorrt.cache;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.dms.backend.tensorrt.cache.EngineFolder.Refused;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside a plan, as JSON: its key, its digest, what is known about it. The file ends with a digest of the rest
 * and has one form only, so that a change of any byte shows.
 *
 * @param key what the engine was built from and for
 * @param model what people call the model
 * @param level what people call the level
 * @param planBytes size of the plan
 * @param planSha256 digest of the plan, in lower-case hexadecimal
 * @param built when
 * @param buildMillis how long the build took
 * @param check what the comparison of its outputs with the reference's said
 * @param facts what the builder said
 */
public record EngineRecord(
        EngineKey key,
        String model,
        String level,
        long planBytes,
        String planSha256,
        Instant built,
        long buildMillis,
        String check,
        EngineFacts facts) {
    /** Far above the size of any record; what is larger is none. */
    static final int MOST_BYTES = 1 << 20;

    /** Read and written token by token: binding JSON to objects would load four hundred classes more at every start. */
    private static final JsonFactory JSON = new JsonFactory();

    /** The content of the file. */
    byte[] toBytes() {
        byte[] seal = EngineKey.sha256().digest(text(null).getBytes(StandardCharsets.UTF_8));
        return text(HexFormat.of().formatHex(seal)).getBytes(StandardCharsets.UTF_8);
    }

    private String text(@Nullable String seal) {
        StringWriter out = new StringWriter();
        try (JsonGenerator g = JSON.createGenerator(out)) {
            g.writeStartObject();
            g.writeNumberField("schema", EngineKey.FORMAT);
            g.writeStringField("model", model);
            g.writeStringField("level", level);
            g.writeNumberField("plan_bytes", planBytes);
            g.writeStringField("plan_sha256", planSha256);
            g.writeStringField("built", built.toString());
            g.writeNumberField("build_ms", buildMillis);
            g.writeStringField("check", check);
            number(g, "layers", facts.layers());
            number(g, "activation_bytes", facts.activationBytes());
            g.writeArrayFieldStart("gpu_fallbacks");
            for (String layer : facts.gpuFallbacks()) {
                g.writeString(layer);
            }
            g.writeEndArray();
            g.writeObjectFieldStart("key");
            for (var e : key.fields().entrySet()) {
                g.writeStringField(e.getKey(), e.getValue());
            }
            g.writeEndObject();
            if (seal != null) {
                g.writeStringField("seal", seal);
            }
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.append('\n').toString();
    }

    private static void number(JsonGenerator g, String name, @Nullable Number value) throws IOException {
        if (value == null) {
            g.writeNullField(name);
        } else {
            g.writeNumberField(name, value.longValue());
        }
    }

    /**
     * Reads the content of a file.
     *
     * @throws Refused if it is not, byte for byte, what {@link #toBytes} wrote
     */
    static EngineRecord parse(byte[] content) throws Refused {
        EngineRecord read;
        try (JsonParser p = JSON.createParser(content)) {
            Content c = new Content(p);
            long schema = c.number("schema", EngineKey.FORMAT);
            if (schema != EngineKey.FORMAT) {
                throw new Refused("has format " + schema + ", and this version of DMS writes " + EngineKey.FORMAT);
            }
            read = read(c);
        } catch (Refused e) {
            throw e;
        } catch (IOException | DateTimeException | ArithmeticException | IllegalArgumentException e) {
            throw new Refused("is damaged");
        }
        if (!Arrays.equals(read.toBytes(), content)) {
            throw new Refused("is damaged");
        }
        return read;
    }

    private static EngineRecord read(Content c) {
        Long layers = c.numbers.get("layers");
        return new EngineRecord(
                new EngineKey(c.key),
                c.text("model"),
                c.text("level"),
                c.number("plan_bytes", 0),
                c.text("plan_sha256"),
                Instant.parse(c.text("built")),
                c.number("build_ms", 0),
                c.text("check"),
                new EngineFacts(
                        layers == null ? null : Math.toIntExact(layers),
                        c.fallbacks,
                        c.numbers.get("activation_bytes")));
    }

    /** What a file holds, whatever it is: only what gives the same bytes again is believed. */
    private static final class Content {
        final Map<String, String> texts = new HashMap<>();
        final Map<String, Long> numbers = new HashMap<>();
        final Map<String, String> key = new LinkedHashMap<>();
        final List<String> fallbacks = new ArrayList<>();

        Content(JsonParser p) throws IOException {
            if (p.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("no object");
            }
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                switch (p.nextToken()) {
                    case VALUE_STRING -> texts.put(name, p.getText());
                    case VALUE_NUMBER_INT -> numbers.put(name, p.getLongValue());
                    case START_OBJECT -> texts(p, name);
                    case START_ARRAY -> list(p, name);
                    default -> {}
                }
            }
        }

        private void texts(JsonParser p, String name) throws IOException {
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String field = p.currentName();
                p.nextToken();
                if (name.equals("key") && !p.currentToken().isStructStart()) {
                    key.put(field, p.getText());
                } else {
                    p.skipChildren();
                }
            }
        }

        private void list(JsonParser p, String name) throws IOException {
            while (p.nextToken() != JsonToken.END_ARRAY) {
                if (name.equals("gpu_fallbacks") && !p.currentToken().isStructStart()) {
                    fallbacks.add(p.getText());
                } else {
                    p.skipChildren();
                }
            }
        }

        String text(String name) {
            return texts.getOrDefault(name, "");
        }

        long number(String name, long otherwise) {
            return numbers.getOrDefault(name, otherwise);
        }
    }
}
