package io.dms.select.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.dms.model.JsonFields;
import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.List;

/**
 * A JSON object of a file, whose fields are there and of their kind, or a {@link UserException} names file and field: what
 * {@link JsonFields} gives, and arrays of numbers, of which what was learned is made. Those are written shortest, so that
 * floats come back bit by bit.
 *
 * @param node the object
 * @param where file and path to it, for messages
 */
public record Fields(JsonNode node, String where) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Checks that it is an object. */
    public Fields {
        if (!node.isObject()) {
            throw new UserException(where + " must be a JSON object, but is " + brief(node));
        }
    }

    private JsonFields plain() {
        return new JsonFields(where, "", node);
    }

    /** Whether a field is there and not null. */
    public boolean has(String name) {
        return node.hasNonNull(name);
    }

    private JsonNode field(String name) {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            throw wrong(name, "is missing");
        }
        return value;
    }

    /** What to throw where a field can't be. */
    public UserException wrong(String name, String what) {
        return plain().refusal(name, what + "; train the selector again");
    }

    /** A text that is not blank. */
    public String text(String name) {
        return plain().text(name);
    }

    /** A whole number from {@code least} to {@code most}. */
    public int whole(String name, int least, int most) {
        return (int) plain().whole(name, least, most);
    }

    /** A whole number of 64 bits. */
    public long big(String name) {
        return plain().whole(name, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** A finite number. */
    public double number(String name) {
        return plain().number(name, "that is finite", x -> true);
    }

    /** Yes or no. */
    public boolean yes(String name) {
        JsonNode value = field(name);
        if (!value.isBoolean()) {
            throw wrong(name, "must be true or false, not " + brief(value));
        }
        return value.booleanValue();
    }

    /** An object. */
    public Fields object(String name) {
        return new Fields(field(name), where + ": " + name);
    }

    /** An array's members. */
    public List<JsonNode> list(String name) {
        JsonNode value = field(name);
        if (!value.isArray()) {
            throw wrong(name, "is not an array");
        }
        List<JsonNode> members = new ArrayList<>();
        value.forEach(members::add);
        return members;
    }

    /** An array of objects. */
    public List<Fields> objects(String name) {
        List<Fields> objects = new ArrayList<>();
        for (JsonNode member : list(name)) {
            objects.add(new Fields(member, where + ": " + name + "[" + objects.size() + "]"));
        }
        return objects;
    }

    /** An array of texts. */
    public List<String> texts(String name) {
        return list(name).stream()
                .map(member -> {
                    if (!member.isTextual()) {
                        throw wrong(name, "must hold texts, not " + brief(member));
                    }
                    return member.textValue();
                })
                .toList();
    }

    /** An array of whole numbers from {@code least} to {@code most}. */
    public int[] wholes(String name, int least, int most) {
        return list(name).stream()
                .mapToInt(member -> {
                    if (!member.isInt() || member.intValue() < least || member.intValue() > most) {
                        throw wrong(
                                name,
                                "must hold whole numbers from " + least + " to " + most + ", not " + brief(member));
                    }
                    return member.intValue();
                })
                .toArray();
    }

    /** An array of finite floats. */
    public float[] floats(String name) {
        return floats(name, field(name));
    }

    /** An array of arrays of finite floats, each of the same length. */
    public float[][] rows(String name, int length) {
        return list(name).stream()
                .map(row -> {
                    float[] values = floats(name, row);
                    if (values.length != length) {
                        throw wrong(name, "has a row of " + values.length + " values, not " + length);
                    }
                    return values;
                })
                .toArray(float[][]::new);
    }

    /** An array of arrays of finite floats, of any length each. */
    public float[][] ragged(String name) {
        return list(name).stream().map(row -> floats(name, row)).toArray(float[][]::new);
    }

    private float[] floats(String name, JsonNode array) {
        if (!array.isArray()) {
            throw wrong(name, "is not an array of numbers");
        }
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode value = array.get(i);
            values[i] = value.isNumber() ? value.floatValue() : Float.NaN;
            if (!Float.isFinite(values[i])) {
                throw wrong(name, "must hold numbers, not " + brief(value));
            }
        }
        return values;
    }

    /** An array for a file. */
    public static ArrayNode array(float[] values) {
        ArrayNode array = MAPPER.createArrayNode();
        for (float v : values) {
            array.add(v);
        }
        return array;
    }

    /** An array of arrays for a file. */
    public static ArrayNode array(float[][] rows) {
        ArrayNode array = MAPPER.createArrayNode();
        for (float[] row : rows) {
            array.add(array(row));
        }
        return array;
    }

    /** An array for a file. */
    public static ArrayNode array(int[] values) {
        ArrayNode array = MAPPER.createArrayNode();
        for (int v : values) {
            array.add(v);
        }
        return array;
    }

    /** An array for a file. */
    public static ArrayNode array(Iterable<String> values) {
        ArrayNode array = MAPPER.createArrayNode();
        values.forEach(array::add);
        return array;
    }

    private static String brief(JsonNode value) {
        String text = value.toString();
        return text.length() > 40 ? text.substring(0, 37) + "..." : text;
    }
}
