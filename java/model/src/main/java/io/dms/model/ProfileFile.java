package io.dms.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The file of a {@link Profile}, {@code *.profile.json}: one JSON object of schema 1, units in field names, null where a
 * figure was not measured. Field names are an interface: a new meaning or a field that goes away needs a new schema
 * number, a field that is added does not.
 */
public final class ProfileFile {
    private static final int SCHEMA = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private ProfileFile() {}

    /**
     * Writes a profile: whole, or not at all.
     *
     * @throws DmsException if the file can't be written
     */
    public static void write(Profile profile, Path file) {
        byte[] bytes = toBytes(profile);
        AtomicFile.write(file, out -> out.write(bytes));
    }

    /** The bytes that {@link #write} would write, UTF-8. */
    public static byte[] toBytes(Profile profile) {
        try {
            return (MAPPER.writeValueAsString(json(profile)) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads a profile.
     *
     * @throws UserException if there is no such file, or a field is missing or can't be
     * @throws EnvironmentException if it can't be read
     */
    public static Profile read(Path file) {
        String missing = "there is no profile " + file + "; dms profile makes one";
        return of(InputFile.bytes(file, missing), file.toString());
    }

    /**
     * Reads a profile from memory.
     *
     * @param name for messages
     * @throws UserException if a field is missing or can't be
     */
    public static Profile of(byte[] bytes, String name) {
        JsonFields f = new JsonFields(name, "", InputFile.json(MAPPER, bytes, name));
        long schema = f.whole("schema", 1, Long.MAX_VALUE);
        if (schema != SCHEMA) {
            throw f.refusal(
                    "schema",
                    "is " + schema + ", and this version reads " + SCHEMA + "; measure again with dms profile");
        }
        JsonFields board = f.object("board");
        List<Profile.Point> points = new ArrayList<>();
        for (JsonFields p : f.objects("points")) {
            points.add(point(p));
        }
        String digest = f.text("model_digest");
        if (!digest.matches("[0-9a-f]{64}")) {
            throw f.refusal("model_digest", "must be a SHA-256 in hexadecimal, but is \"" + digest + "\"");
        }
        try {
            return new Profile(
                    f.text("model"),
                    digest,
                    f.text("backend"),
                    f.text("precision"),
                    (int) f.whole("batch", 1, Integer.MAX_VALUE),
                    (int) f.whole("threads", 1, Integer.MAX_VALUE),
                    new Profile.Board(board.text("name"), board.textOrNull("power_mode"), board.texts("versions")),
                    date(f),
                    points,
                    f.numberOrNull("switch_ms", "of at least 0", d -> d >= 0));
        } catch (ModelException e) {
            throw new UserException(name + ": " + e.getMessage(), e);
        }
    }

    private static Instant date(JsonFields f) {
        String text = f.text("date");
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw f.refusal("date", "must be a date and time as in 2026-01-31T12:00:00Z, but is \"" + text + "\"");
        }
    }

    private static Profile.Point point(JsonFields f) {
        List<Profile.Level> levels = new ArrayList<>();
        Set<String> names = new HashSet<>();
        double wider = Double.POSITIVE_INFINITY;
        for (JsonFields l : f.objects("levels")) {
            Profile.Level level = level(l);
            if (!names.add(level.name())) {
                throw l.refusal("name", "repeats the level " + level.name());
            }
            if (!(level.width() < wider)) {
                throw l.refusal("width", "must be below that of the level before it: widest first");
            }
            wider = level.width();
            levels.add(level);
        }
        return new Profile.Point(
                f.text("name"),
                f.textOrNull("power_mode"),
                f.wholeOrNull("gpu_hertz", 1),
                f.wholeOrNull("cpu_hertz", 1),
                f.numberOrNull("idle_watts", "of at least 0", d -> d >= 0),
                levels);
    }

    private static Profile.Level level(JsonFields f) {
        Double energy = f.numberOrNull("energy_mj", "above 0", d -> d > 0);
        String scope = f.textOrNull("energy_scope");
        if ((energy == null) != (scope == null)) {
            throw f.refusal("energy_scope", "must be there if energy_mj is, and only then");
        }
        return new Profile.Level(
                f.text("name"),
                f.number("width", "above 0 and at most 1", d -> d > 0 && d <= 1),
                f.whole("macs", 0, Long.MAX_VALUE),
                latency(f.object("latency_ms")),
                energy,
                scope,
                f.numberOrNull("accuracy", "between 0 and 1", d -> d >= 0 && d <= 1),
                f.whole("memory_bytes", 0, Long.MAX_VALUE));
    }

    private static Profile.Latency latency(JsonFields f) {
        double p50 = f.positive("p50");
        double p90 = f.number("p90", "of at least p50", d -> d >= p50);
        double p95 = f.number("p95", "of at least p90", d -> d >= p90);
        double p99 = f.number("p99", "of at least p95", d -> d >= p95);
        return new Profile.Latency(
                f.positive("mean"),
                p50,
                p90,
                p95,
                p99,
                f.number("cv", "of at least 0", d -> d >= 0),
                f.whole("samples", 1, Long.MAX_VALUE));
    }

    private static ObjectNode json(Profile p) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("model", p.model());
        root.put("model_digest", p.modelDigest());
        root.put("backend", p.backend());
        root.put("precision", p.precision());
        root.put("batch", p.batch());
        root.put("threads", p.threads());
        ObjectNode board = root.putObject("board");
        board.put("name", p.board().name());
        board.put("power_mode", p.board().powerMode());
        ObjectNode versions = board.putObject("versions");
        new TreeMap<>(p.board().versions()).forEach(versions::put);
        root.put("date", p.measured().toString());
        root.put("switch_ms", p.switchMillis());
        for (Profile.Point point : p.points()) {
            ObjectNode node = root.withArray("points").addObject();
            node.put("name", point.name());
            node.put("power_mode", point.powerMode());
            node.put("gpu_hertz", point.gpuHertz());
            node.put("cpu_hertz", point.cpuHertz());
            node.put("idle_watts", point.idleWatts());
            point.levels().forEach(l -> put(l, node.withArray("levels").addObject()));
        }
        return root;
    }

    private static void put(Profile.Level l, ObjectNode node) {
        node.put("name", l.name());
        node.put("width", l.width());
        node.put("macs", l.macs());
        ObjectNode latency = node.putObject("latency_ms");
        latency.put("mean", l.latency().mean());
        latency.put("p50", l.latency().p50());
        latency.put("p90", l.latency().p90());
        latency.put("p95", l.latency().p95());
        latency.put("p99", l.latency().p99());
        latency.put("cv", l.latency().cv());
        latency.put("samples", l.latency().samples());
        node.put("energy_mj", l.millijoules());
        node.put("energy_scope", l.energyScope());
        node.put("accuracy", l.accuracy());
        node.put("memory_bytes", l.memoryBytes());
    }
}
