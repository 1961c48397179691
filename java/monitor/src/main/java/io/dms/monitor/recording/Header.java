package io.dms.monitor.recording;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.UserException;
import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a recording is of.
 *
 * @param board the board's name
 * @param started when it began, ISO 8601
 * @param sources what was recorded, most trusted first
 */
record Header(String board, String started, List<Source> sources) {
    static final String FILE = "recording.json";
    static final String SAMPLES = "samples.jsonl";
    static final int SCHEMA = 1;

    private static final int MOST_SENSORS = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /**
     * One recorded source.
     *
     * @param name its name
     * @param intervalNanos time between two of its samples
     * @param sensors its sensors
     * @param total how total power is made, or null
     * @param energy how total energy is made, or null
     */
    record Source(
            String name,
            long intervalNanos,
            List<Sensor> sensors,
            @Nullable TotalPower total,
            @Nullable TotalPower energy) {}

    // ---- writing ----

    byte[] toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("schema", SCHEMA).put("board", board).put("started", started);
        ArrayNode list = root.putArray("sources");
        for (Source source : sources) {
            ObjectNode s = list.addObject();
            s.put("name", source.name()).put("intervalNanos", source.intervalNanos());
            ArrayNode sensors = s.putArray("sensors");
            for (Sensor sensor : source.sensors()) {
                sensors.addObject()
                        .put("name", sensor.name())
                        .put("quantity", sensor.quantity().name())
                        .put("scope", sensor.scope().name())
                        .put("intervalNanos", sensor.intervalNanos())
                        .put("origin", sensor.origin());
            }
            rule(s, "totalPower", source.total());
            rule(s, "totalEnergy", source.energy());
        }
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
        } catch (JacksonException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void rule(ObjectNode source, String key, @Nullable TotalPower rule) {
        if (rule == null) {
            source.putNull(key);
            return;
        }
        ObjectNode r = source.putObject(key);
        rule.sensors().forEach(r.putArray("sensors")::add);
        r.put("scope", rule.scope().name()).put("rule", rule.rule());
    }

    // ---- reading ----

    /** Reads a header; {@link UserException} with one line where it is none. */
    static Header parse(byte[] json, String where) {
        try {
            JsonNode root = JSON.readTree(json);
            if (root == null || !root.isObject()) {
                throw refuse(where, "it is no JSON object");
            }
            if (root.path("schema").asInt() != SCHEMA) {
                throw refuse(
                        where, "its schema is " + shorten(root.path("schema").toString()) + " and not " + SCHEMA);
            }
            List<Source> sources = new ArrayList<>();
            for (JsonNode s : root.path("sources")) {
                sources.add(source(s, where));
            }
            return new Header(
                    root.path("board").asText("unknown board"),
                    root.path("started").asText(""),
                    List.copyOf(sources));
        } catch (IOException e) {
            throw refuse(where, "it is no JSON");
        }
    }

    private static Source source(JsonNode s, String where) {
        List<Sensor> sensors = new ArrayList<>();
        for (JsonNode n : s.path("sensors")) {
            if (sensors.size() == MOST_SENSORS) {
                throw refuse(where, "a source has more than " + MOST_SENSORS + " sensors");
            }
            sensors.add(new Sensor(
                    text(n, "name", where),
                    constant(Quantity.class, n.path("quantity").asText(), where),
                    constant(Scope.class, n.path("scope").asText(), where),
                    nanos(n, where),
                    n.path("origin").asText("")));
        }
        return new Source(
                text(s, "name", where),
                nanos(s, where),
                List.copyOf(sensors),
                rule(s.path("totalPower"), sensors.size(), where),
                rule(s.path("totalEnergy"), sensors.size(), where));
    }

    private static @Nullable TotalPower rule(JsonNode r, int sensors, String where) {
        if (!r.isObject()) {
            return null;
        }
        List<Integer> members = new ArrayList<>();
        for (JsonNode m : r.path("sensors")) {
            if (!m.isInt() || m.intValue() < 0 || m.intValue() >= sensors || members.size() >= sensors) {
                throw refuse(where, "a total is made of a sensor that is not there");
            }
            members.add(m.intValue());
        }
        return members.isEmpty()
                ? null
                : new TotalPower(
                        members,
                        constant(Scope.class, r.path("scope").asText(), where),
                        r.path("rule").asText(""));
    }

    private static String text(JsonNode node, String key, String where) {
        JsonNode value = node.path(key);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw refuse(where, "there is no text \"" + key + "\" where one must be");
        }
        return value.textValue();
    }

    private static long nanos(JsonNode node, String where) {
        JsonNode value = node.path("intervalNanos");
        if (!value.canConvertToLong() || value.longValue() < 0 || value.longValue() > 3_600_000_000_000L) {
            throw refuse(where, "an interval is missing, negative or above an hour");
        }
        return value.longValue();
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String name, String where) {
        for (E e : type.getEnumConstants()) {
            if (e.name().equals(name)) {
                return e;
            }
        }
        throw refuse(
                where, "\"" + shorten(name) + "\" is no " + type.getSimpleName().toLowerCase(java.util.Locale.ROOT));
    }

    private static String shorten(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= 40 ? line : line.substring(0, 40) + "...";
    }

    private static UserException refuse(String where, String why) {
        return new UserException(where + " is no recording that can be replayed: " + why);
    }
}
