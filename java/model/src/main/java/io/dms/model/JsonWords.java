package io.dms.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.Collection;
import java.util.stream.Collectors;

/** What Jackson says of JSON and YAML, without the names of its classes and ours. */
public final class JsonWords {
    private JsonWords() {}

    /** As in {@code " (line 3)"}; empty where the place is not known. */
    public static String line(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ")";
    }

    /** The first line of the message. */
    public static String brief(JsonProcessingException e) {
        String first = String.valueOf(e.getOriginalMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        return first.replaceFirst(" ?\\(start marker at \\[.*]\\)", "");
    }

    /** Which field is not what it must be, and what it must be, as in {@code tasks[0].deadline must be text}. */
    public static String mismatch(JsonMappingException e) {
        String field = e.getPath().stream()
                .map(r -> r.getFieldName() == null ? "[" + r.getIndex() + "]" : "." + r.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
        if (!(e instanceof MismatchedInputException m) || m.getTargetType() == null) {
            return (field.isEmpty() ? "" : field + ": ") + brief(e);
        }
        return (field.isEmpty() ? "the file" : field) + " must be " + kind(m.getTargetType());
    }

    private static String kind(Class<?> type) {
        if (type == String.class) {
            return "text";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (type == Integer.class || type == Long.class || type == int.class || type == long.class) {
            return "a whole number";
        }
        if (Number.class.isAssignableFrom(type) || type.isPrimitive()) {
            return "a number";
        }
        return Collection.class.isAssignableFrom(type) ? "a list, as in [a, b]" : "keys with values, as in key: value";
    }
}
