package io.dms.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one object of a JSON file, each read with a check, each refusal naming file and field. Fields that nobody
 * asks for are left alone, so that a file that a later version added to is still read. Not thread-safe.
 */
public final class JsonFields {
    private final String file;
    private final String path;
    private final JsonNode node;

    /**
     * The fields of one object.
     *
     * @param file named in refusals
     * @param path of the object inside of the file, empty for the whole
     * @throws UserException if it is no object
     */
    public JsonFields(String file, String path, JsonNode node) {
        this.file = file;
        this.path = path;
        this.node = node;
        if (!node.isObject()) {
            throw new UserException(file + ": " + (path.isEmpty() ? "the file" : path) + " must be a JSON object");
        }
    }

    private String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** What to throw if a field can't be: file, field, and what it must be. */
    public UserException refusal(String name, String must) {
        return new UserException(file + ": field " + at(name) + " " + must);
    }

    private @Nullable JsonNode optional(String name) {
        JsonNode v = node.get(name);
        return v == null || v.isNull() ? null : v;
    }

    private JsonNode required(String name) {
        JsonNode v = optional(name);
        if (v == null) {
            throw refusal(name, "is missing");
        }
        return v;
    }

    /** A text that is there and not blank. */
    public String text(String name) {
        JsonNode v = required(name);
        if (!v.isTextual() || v.textValue().isBlank()) {
            throw refusal(name, "must be a text, but is " + brief(v));
        }
        return v.textValue();
    }

    /** A text, or null where the field is absent. */
    public @Nullable String textOrNull(String name) {
        return optional(name) == null ? null : text(name);
    }

    /** A whole number in a range, both ends included. */
    public long whole(String name, long least, long most) {
        JsonNode v = required(name);
        if (!v.isIntegralNumber() || !v.canConvertToLong() || v.longValue() < least || v.longValue() > most) {
            throw refusal(
                    name,
                    "must be a whole number from " + least + (most == Long.MAX_VALUE ? " up" : " to " + most)
                            + ", but is " + brief(v));
        }
        return v.longValue();
    }

    /** A whole number, or null where the field is absent. */
    public @Nullable Long wholeOrNull(String name, long least) {
        return optional(name) == null ? null : whole(name, least, Long.MAX_VALUE);
    }

    /**
     * A finite number.
     *
     * @param range in words, for the refusal, as in "of at least 0"
     */
    public double number(String name, String range, Predicate<Double> inRange) {
        JsonNode v = required(name);
        double d = v.doubleValue();
        if (!v.isNumber() || !Double.isFinite(d) || !inRange.test(d)) {
            throw refusal(name, "must be a number " + range + ", but is " + brief(v));
        }
        return d;
    }

    /** A number above 0. */
    public double positive(String name) {
        return number(name, "above 0", d -> d > 0);
    }

    /** A finite number, or null where the field is absent. */
    public @Nullable Double numberOrNull(String name, String range, Predicate<Double> inRange) {
        return optional(name) == null ? null : number(name, range, inRange);
    }

    /** The fields of an object inside of this one. */
    public JsonFields object(String name) {
        return new JsonFields(file, at(name), required(name));
    }

    /** The objects of an array that holds at least one. */
    public List<JsonFields> objects(String name) {
        JsonNode v = required(name);
        if (!v.isArray() || v.isEmpty()) {
            throw refusal(name, "must be a list of at least one object, but is " + brief(v));
        }
        List<JsonFields> out = new ArrayList<>();
        for (int i = 0; i < v.size(); i++) {
            out.add(new JsonFields(file, at(name) + "[" + i + "]", v.get(i)));
        }
        return out;
    }

    /** An object of texts, in the file's order. */
    public Map<String, String> texts(String name) {
        JsonFields inner = object(name);
        Map<String, String> out = new LinkedHashMap<>();
        inner.node.fieldNames().forEachRemaining(key -> out.put(key, inner.text(key)));
        return out;
    }

    /** An object of numbers, in the file's order; empty where the field is absent. */
    public Map<String, Double> numbersOrNone(String name, String range, Predicate<Double> inRange) {
        Map<String, Double> out = new LinkedHashMap<>();
        if (optional(name) != null) {
            JsonFields inner = object(name);
            inner.node.fieldNames().forEachRemaining(key -> out.put(key, inner.number(key, range, inRange)));
        }
        return out;
    }

    /** An object of texts, in the file's order; empty where the field is absent. */
    public Map<String, String> textsOrNone(String name) {
        return optional(name) == null ? new LinkedHashMap<>() : texts(name);
    }

    /** The objects of an array; none where the field is absent or the array empty. */
    public List<JsonFields> objectsOrNone(String name) {
        JsonNode v = optional(name);
        return v == null || (v.isArray() && v.isEmpty()) ? List.of() : objects(name);
    }

    /** A list of texts; none where the field is absent. */
    public List<String> wordsOrNone(String name) {
        JsonNode v = optional(name);
        List<String> out = new ArrayList<>();
        if (v != null) {
            if (!v.isArray()) {
                throw refusal(name, "must be a list of texts, but is " + brief(v));
            }
            for (JsonNode word : v) {
                if (!word.isTextual() || word.textValue().isBlank()) {
                    throw refusal(name, "must hold texts, but holds " + brief(word));
                }
                out.add(word.textValue());
            }
        }
        return out;
    }

    private static String brief(JsonNode v) {
        String s = v.toString();
        return s.length() <= 40 ? s : s.substring(0, 37) + "...";
    }
}
