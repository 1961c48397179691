package io.dms.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON entries of a scalable model's file. Fields that nobody knows are left alone, so that a file that a later version
 * added to is still read. Read and written token by token: binding JSON to objects would load five hundred classes more at
 * every start of a program that opens a model.
 */
final class ModelEntries {
    private static final JsonFactory JSON = new JsonFactory();

    /** A channel group as the file names it. */
    record Group(String name, int size, boolean frozen) {}

    /** A level as the file has it; its normalisation lies elsewhere. */
    record Level(String name, double width, int[] counts) {}

    /** Reads the value that a parser stands on. */
    private interface Value<T> {
        T read(JsonParser p) throws IOException;
    }

    /** Reads the value of one field, or returns false where it knows no such field. */
    private interface Field {
        boolean read(String name, JsonParser p) throws IOException;
    }

    private interface Content {
        void write(JsonGenerator g) throws IOException;
    }

    private ModelEntries() {}

    // ---- writing ----

    static String groupsText(ChannelGroups groups) {
        return text(g -> {
            g.writeStartArray();
            for (ChannelGroup group : groups.groups()) {
                g.writeStartObject();
                g.writeStringField("name", group.name());
                g.writeNumberField("size", group.size());
                g.writeStringField("frozen", group.frozenBecause());
                g.writeEndObject();
            }
            g.writeEndArray();
        });
    }

    static String levelsText(List<WidthLevel> levels) {
        return text(g -> {
            g.writeStartArray();
            for (WidthLevel level : levels) {
                g.writeStartObject();
                g.writeStringField("name", level.name());
                g.writeNumberField("width", level.width());
                g.writeFieldName("counts");
                g.writeArray(level.counts(), 0, level.counts().length);
                g.writeEndObject();
            }
            g.writeEndArray();
        });
    }

    static String preprocessingText(Preprocessing p) {
        return text(g -> {
            g.writeStartObject();
            floats(g, "mean", p.mean());
            floats(g, "std", p.std());
            g.writeEndObject();
        });
    }

    private static void floats(JsonGenerator g, String name, float[] values) throws IOException {
        g.writeArrayFieldStart(name);
        for (float v : values) {
            g.writeNumber(v);
        }
        g.writeEndArray();
    }

    static String provenanceText(Map<String, String> provenance) {
        return text(g -> {
            g.writeStartObject();
            for (var e : new TreeMap<>(provenance).entrySet()) {
                g.writeStringField(e.getKey(), e.getValue());
            }
            g.writeEndObject();
        });
    }

    private static String text(Content content) {
        StringWriter out = new StringWriter();
        try (JsonGenerator g = JSON.createGenerator(out)) {
            content.write(g);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    // ---- reading; ModelException names the entry ----

    static List<Group> groups(Map<String, String> metadata) {
        return parse(metadata, "dms.groups", p -> list(p, ModelEntries::group));
    }

    static List<Level> levels(Map<String, String> metadata) {
        return parse(metadata, "dms.levels", p -> list(p, ModelEntries::level));
    }

    /** Null where the file has no such entry. */
    static @Nullable Preprocessing preprocessing(Map<String, String> metadata) {
        return metadata.containsKey("dms.preprocessing")
                ? parse(metadata, "dms.preprocessing", ModelEntries::preprocessing)
                : null;
    }

    /** Empty where the file has no such entry. */
    static Map<String, String> provenance(Map<String, String> metadata) {
        return metadata.containsKey("dms.provenance")
                ? parse(metadata, "dms.provenance", ModelEntries::texts)
                : Map.of();
    }

    private static <T> T parse(Map<String, String> metadata, String key, Value<T> value) {
        String text = metadata.get(key);
        if (text == null) {
            throw new ModelException("it lacks the entry " + key);
        }
        try (JsonParser p = JSON.createParser(text)) {
            JsonToken first = p.nextToken();
            if (first == null || first == JsonToken.VALUE_NULL) {
                throw new ModelException("its entry " + key + " is empty");
            }
            return value.read(p);
        } catch (JsonProcessingException e) {
            throw new ModelException("its entry " + key + " can't be read: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Group group(JsonParser p) throws IOException {
        @Nullable String[] texts = new String[2];
        int[] size = new int[1];
        object(p, (field, v) -> {
            switch (field) {
                case "name" -> texts[0] = text(v);
                case "frozen" -> texts[1] = text(v);
                case "size" -> size[0] = v.getIntValue();
                default -> {
                    return false;
                }
            }
            return true;
        });
        String name = texts[0];
        if (name == null) {
            throw new ModelException("dms.groups has a group without name");
        }
        return new Group(name, size[0], texts[1] != null);
    }

    private static Level level(JsonParser p) throws IOException {
        @Nullable String[] name = new String[1];
        double[] width = new double[1];
        int[][] counts = new int[1][];
        object(p, (field, v) -> {
            switch (field) {
                case "name" -> name[0] = text(v);
                case "width" -> width[0] = v.getDoubleValue();
                case "counts" ->
                    counts[0] = list(v, JsonParser::getIntValue).stream()
                            .mapToInt(Integer::intValue)
                            .toArray();
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (name[0] == null || counts[0] == null) {
            throw new ModelException("dms.levels has a level without name or counts");
        }
        return new Level(name[0], width[0], counts[0]);
    }

    private static Preprocessing preprocessing(JsonParser p) throws IOException {
        float[][] parts = new float[2][];
        object(p, (field, v) -> {
            int part = List.of("mean", "std").indexOf(field);
            if (part >= 0) {
                parts[part] = floats(v);
            }
            return part >= 0;
        });
        if (parts[0] == null || parts[1] == null) {
            throw new ModelException("dms.preprocessing lacks mean or std");
        }
        return new Preprocessing(parts[0], parts[1]);
    }

    private static float[] floats(JsonParser p) throws IOException {
        List<Float> values = list(p, JsonParser::getFloatValue);
        float[] out = new float[values.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = values.get(i);
        }
        return out;
    }

    private static Map<String, String> texts(JsonParser p) throws IOException {
        Map<String, String> out = new LinkedHashMap<>();
        object(p, (field, v) -> {
            String text = text(v);
            if (text != null) {
                out.put(field, text);
            }
            return true;
        });
        return out;
    }

    private static @Nullable String text(JsonParser p) throws IOException {
        if (p.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        if (!p.currentToken().isScalarValue()) {
            throw wrong(p, "a text");
        }
        return p.getText();
    }

    private static <T> List<T> list(JsonParser p, Value<T> element) throws IOException {
        if (p.currentToken() != JsonToken.START_ARRAY) {
            throw wrong(p, "a list");
        }
        List<T> out = new ArrayList<>();
        while (p.nextToken() != JsonToken.END_ARRAY) {
            out.add(element.read(p));
        }
        return out;
    }

    private static void object(JsonParser p, Field field) throws IOException {
        if (p.currentToken() != JsonToken.START_OBJECT) {
            throw wrong(p, "an object");
        }
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            String name = p.currentName();
            p.nextToken();
            if (!field.read(name, p)) {
                p.skipChildren();
            }
        }
    }

    private static JsonProcessingException wrong(JsonParser p, String wanted) {
        return new JsonParseException(p, p.currentToken() + " where " + wanted + " should be");
    }
}
