package io.dms.schedule.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.AtomicFile;
import io.dms.model.DmsException;
import io.dms.model.EnvironmentException;
import io.dms.model.InputFile;
import io.dms.model.JsonFields;
import io.dms.model.ModelException;
import io.dms.model.UserException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file of a {@link Catalog}, {@code *.catalog.json}: one JSON object of schema 1, units in field names, null where a
 * figure was not measured. Field names are an interface: a new meaning or a field that goes away needs a new schema
 * number, a field that is added does not.
 */
public final class CatalogFile {
    private static final int SCHEMA = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private CatalogFile() {}

    /**
     * Writes a catalog: whole, or not at all.
     *
     * @throws DmsException if the file can't be written
     */
    public static void write(Catalog catalog, Path file) {
        byte[] bytes = toBytes(catalog);
        AtomicFile.write(file, out -> out.write(bytes));
    }

    /** The bytes that {@link #write} would write, UTF-8. */
    public static byte[] toBytes(Catalog catalog) {
        try {
            return (MAPPER.writeValueAsString(json(catalog)) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads a catalog.
     *
     * @throws UserException if there is no such file, or it contradicts itself, or a field is missing or can't be
     * @throws EnvironmentException if it can't be read
     */
    public static Catalog read(Path file) {
        String missing = "there is no catalog " + file + "; dms catalog build makes one";
        return of(InputFile.bytes(file, missing), file.toString());
    }

    /**
     * Reads a catalog from memory.
     *
     * @param name for messages
     * @throws UserException if it contradicts itself, or a field is missing or can't be
     */
    public static Catalog of(byte[] bytes, String name) {
        JsonFields f = new JsonFields(name, "", InputFile.json(MAPPER, bytes, name));
        long schema = f.whole("schema", 1, Long.MAX_VALUE);
        if (schema != SCHEMA) {
            throw f.refusal("schema", "is " + schema + ", and this version reads " + SCHEMA);
        }
        try {
            List<Task> tasks = new ArrayList<>();
            f.objects("tasks").forEach(t -> tasks.add(task(t)));
            List<Fragment> fragments = new ArrayList<>();
            f.objectsOrNone("fragments").forEach(x -> fragments.add(fragment(x)));
            List<Variant> variants = new ArrayList<>();
            f.objects("variants").forEach(v -> variants.add(variant(v)));
            return new Catalog(provenance(f.object("provenance")), tasks, fragments, variants);
        } catch (ModelException e) {
            throw new UserException(name + ": " + e.getMessage(), e);
        }
    }

    private static Provenance provenance(JsonFields f) {
        String date = f.textOrNull("date");
        Instant at = null;
        if (date != null) {
            try {
                at = Instant.parse(date);
            } catch (DateTimeParseException e) {
                throw f.refusal("date", "must be a date and time as in 2026-01-31T12:00:00Z, but is \"" + date + "\"");
            }
        }
        return new Provenance(
                f.text("source"),
                f.textOrNull("board"),
                f.textOrNull("power_mode"),
                at,
                f.textsOrNone("versions"),
                f.wordsOrNone("notes"));
    }

    private static Task task(JsonFields f) {
        List<Task.Context> contexts = new ArrayList<>();
        for (JsonFields c : f.objectsOrNone("contexts")) {
            contexts.add(new Task.Context(
                    c.text("name"),
                    (int) c.whole("classes", 1, Integer.MAX_VALUE),
                    c.number("share", "above 0 and at most 1", d -> d > 0 && d <= 1),
                    c.wordsOrNone("members")));
        }
        String id = f.text("id");
        String input = f.textOrNull("input");
        return new Task(
                id,
                f.textOrNull("description"),
                input == null ? id : input,
                f.numberOrNull("deadline_s", "above 0", d -> d > 0),
                contexts);
    }

    private static Fragment fragment(JsonFields f) {
        return new Fragment(
                f.text("id"),
                f.whole("memory_bytes", 0, Long.MAX_VALUE),
                cost(f.object("load")),
                cost(f.object("run")),
                f.wordsOrNone("requires"));
    }

    private static Cost cost(JsonFields f) {
        return new Cost(
                f.number("seconds", "of at least 0", d -> d >= 0),
                f.numberOrNull("joules", "of at least 0", d -> d >= 0));
    }

    private static Variant variant(JsonFields f) {
        JsonFields a = f.object("accuracy");
        return new Variant(
                f.text("id"),
                f.text("task"),
                word(f, "place", Place::of),
                word(f, "kind", Kind::of),
                accuracy(f, a),
                f.whole("memory_bytes", 0, Long.MAX_VALUE),
                cost(f.object("load")),
                cost(f.object("run")),
                orZero(f.numberOrNull("server_s", "of at least 0", d -> d >= 0)),
                orZero(f.numberOrNull("dollars", "of at least 0", d -> d >= 0)),
                orNone(f.wholeOrNull("sent_bytes", 0)),
                orNone(f.wholeOrNull("received_bytes", 0)),
                f.wordsOrNone("requires"),
                f.textOrNull("fallback"),
                f.numberOrNull("falls_through", "between 0 and 1", CatalogFile::isShare),
                f.textsOrNone("implementation"),
                f.wordsOrNone("uncertain"));
    }

    private static Accuracy accuracy(JsonFields f, JsonFields a) {
        try {
            return new Accuracy(
                    a.numberOrNull("overall", "between 0 and 1", CatalogFile::isShare),
                    a.numbersOrNone("classes", "between 0 and 1", CatalogFile::isShare),
                    a.numbersOrNone("contexts", "between 0 and 1", CatalogFile::isShare));
        } catch (ModelException e) {
            throw f.refusal("accuracy", "can't be: " + e.getMessage());
        }
    }

    private static boolean isShare(double d) {
        return d >= 0 && d <= 1;
    }

    private static double orZero(@Nullable Double v) {
        return v == null ? 0 : v;
    }

    private static long orNone(@Nullable Long v) {
        return v == null ? 0 : v;
    }

    private static <T> T word(JsonFields f, String name, java.util.function.Function<String, T> of) {
        try {
            return of.apply(f.text(name));
        } catch (UserException e) {
            throw f.refusal(name, "can't be: " + e.getMessage());
        }
    }

    private static ObjectNode json(Catalog c) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", SCHEMA);
        ObjectNode p = root.putObject("provenance");
        p.put("source", c.provenance().source());
        p.put("board", c.provenance().board());
        p.put("power_mode", c.provenance().powerMode());
        Instant date = c.provenance().date();
        p.put("date", date == null ? null : date.toString());
        c.provenance().versions().forEach(p.putObject("versions")::put);
        c.provenance().notes().forEach(p.putArray("notes")::add);
        for (Task t : c.tasks()) {
            ObjectNode node = root.withArray("tasks").addObject();
            node.put("id", t.id());
            node.put("description", t.description());
            node.put("input", t.input());
            node.put("deadline_s", t.deadlineSeconds());
            node.putArray("contexts");
            for (Task.Context x : t.contexts()) {
                ObjectNode inner = node.withArray("contexts").addObject();
                inner.put("name", x.name()).put("classes", x.classes()).put("share", x.share());
                x.members().forEach(inner.putArray("members")::add);
            }
        }
        root.putArray("fragments");
        for (Fragment f : c.fragments()) {
            ObjectNode node = root.withArray("fragments").addObject();
            node.put("id", f.id());
            node.put("memory_bytes", f.memoryBytes());
            put(f.load(), node.putObject("load"));
            put(f.run(), node.putObject("run"));
            f.requires().forEach(node.putArray("requires")::add);
        }
        c.variants().forEach(v -> put(v, root.withArray("variants").addObject()));
        return root;
    }

    private static void put(Cost c, ObjectNode node) {
        node.put("seconds", c.seconds());
        node.put("joules", c.joules());
    }

    private static void put(Variant v, ObjectNode node) {
        node.put("id", v.id());
        node.put("task", v.task());
        node.put("place", v.place().word());
        node.put("kind", v.kind().word());
        ObjectNode a = node.putObject("accuracy");
        a.put("overall", v.accuracy().overall());
        v.accuracy().classes().forEach(a.putObject("classes")::put);
        v.accuracy().contexts().forEach(a.putObject("contexts")::put);
        node.put("memory_bytes", v.memoryBytes());
        put(v.load(), node.putObject("load"));
        put(v.run(), node.putObject("run"));
        node.put("server_s", v.serverSeconds());
        node.put("dollars", v.dollars());
        node.put("sent_bytes", v.sentBytes());
        node.put("received_bytes", v.receivedBytes());
        v.requires().forEach(node.putArray("requires")::add);
        node.put("fallback", v.fallback());
        node.put("falls_through", v.fallsThrough());
        v.implementation().forEach(node.putObject("implementation")::put);
        v.uncertain().forEach(node.putArray("uncertain")::add);
    }
}
