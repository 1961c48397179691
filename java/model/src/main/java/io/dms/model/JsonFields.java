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
 * asks for are left alone, so that a file that a later version added to is still read.
 */
final class JsonFields {
    private final String file;
    private final String path;
    private final JsonNode node;

    JsonFields(String file, String path, JsonNode node) {
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

    UserException refusal(String name, String must) {
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

    String text(String name) {
        JsonNode v = required(name);
        if (!v.isTextual() || v.textValue().isBlank()) {
            throw refusal(name, "must be a text, but is " + brief(v));
        }
        return v.textValue();
    }

    @Nullable
    String textOrNull(String name) {
        return optional(name) == null ? null : text(name);
    }

    long whole(String name, long least, long most) {
        JsonNode v = required(name);
        if (!v.isIntegralNumber() || !v.canConvertToLong() || v.longValue() < least || v.longValue() > most) {
            throw refusal(
                    name,
                    "must be a whole number from " + least + (most == Long.MAX_VALUE ? " up" : " to " + most)
                            + ", but is " + brief(v));
        }
        return v.longValue();
    }

    @Nullable
    Long wholeOrNull(String name, long least) {
        return optional(name) == null ? null : whole(name, least, Long.MAX_VALUE);
    }

    double number(String name, String range, Predicate<Double> inRange) {
        JsonNode v = required(name);
        double d = v.doubleValue();
        if (!v.isNumber() || !Double.isFinite(d) || !inRange.test(d)) {
            throw refusal(name, "must be a number " + range + ", but is " + brief(v));
        }
        return d;
    }

    double positive(String name) {
        return number(name, "above 0", d -> d > 0);
    }

    @Nullable
    Double numberOrNull(String name, String range, Predicate<Double> inRange) {
        return optional(name) == null ? null : number(name, range, inRange);
    }

    JsonFields object(String name) {
        return new JsonFields(file, at(name), required(name));
    }

    /** The objects of an array that holds at least one. */
    List<JsonFields> objects(String name) {
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

    Map<String, String> texts(String name) {
        JsonFields inner = object(name);
        Map<String, String> out = new LinkedHashMap<>();
        inner.node.fieldNames().forEachRemaining(key -> out.put(key, inner.text(key)));
        return out;
    }

    private static String brief(JsonNode v) {
        String s = v.toString();
        return s.length() <= 40 ? s : s.substring(0, 37) + "...";
    }
}
