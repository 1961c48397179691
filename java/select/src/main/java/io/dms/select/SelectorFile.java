package io.dms.select;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.AtomicFile;
import io.dms.model.EnvironmentException;
import io.dms.model.InputFile;
import io.dms.model.UserException;
import io.dms.select.json.Fields;
import io.dms.select.sample.Candidate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The file of a trained selector, {@code *.selector.json}: one JSON object of schema 1 with the method, where it comes from,
 * the candidates it was trained to choose from, and what it learned. Plain data: reading one runs no code that the file names.
 *
 * @param method {@link Method#name()}
 * @param provenance where it comes from
 * @param candidates what it was trained to choose from
 * @param learned what the method learned, {@link Method.Learned#json()}
 * @param name the file, for messages
 */
public record SelectorFile(
        String method, Provenance provenance, List<Candidate> candidates, ObjectNode learned, String name) {
    private static final int SCHEMA = 1;
    private static final String KIND = "dms-selector";
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    /** Reads what a method learned. */
    @FunctionalInterface
    public interface Reader {
        /**
         * What was learned, ready to be used.
         *
         * @param json what {@link Method.Learned#json()} gave, and where it stands
         * @param candidates what it was trained to choose from
         * @throws UserException where a field is missing or can't be
         */
        Method.Learned read(Fields json, List<Candidate> candidates);
    }

    /** Copies the candidates. */
    public SelectorFile {
        candidates = List.copyOf(candidates);
    }

    /**
     * Where a selector comes from.
     *
     * @param created when, ISO 8601
     * @param version of DMS
     * @param data the table it learned from, for people
     * @param samples how many samples it learned from
     * @param seed of whatever was random
     * @param machine where the candidates were measured, for people
     */
    public record Provenance(String created, String version, String data, int samples, long seed, String machine) {}

    /**
     * Writes it: whole, or not at all.
     *
     * @throws io.dms.model.DmsException if the file can't be written
     */
    public void write(Path file) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", SCHEMA).put("kind", KIND).put("method", method);
        root.putObject("provenance")
                .put("created", provenance.created())
                .put("version", provenance.version())
                .put("data", provenance.data())
                .put("samples", provenance.samples())
                .put("seed", provenance.seed())
                .put("machine", provenance.machine());
        ArrayNode list = root.putArray("candidates");
        for (Candidate c : candidates) {
            list.addObject()
                    .put("id", c.id())
                    .put("model", c.model())
                    .put("level", c.level())
                    .put("digest", c.digest())
                    .put("shares", c.shares())
                    .put("millis", c.millis())
                    .put("macs", c.macs());
        }
        root.set("learned", learned);
        byte[] bytes;
        try {
            bytes = (MAPPER.writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        AtomicFile.write(file, out -> out.write(bytes));
    }

    /**
     * Reads one.
     *
     * @throws UserException if there is no such file, or it is damaged, foreign or of a later DMS
     * @throws EnvironmentException if it can't be read
     */
    public static SelectorFile read(Path file) {
        String missing = "there is no selector " + file + "; dms select train makes one";
        String name = file.toString();
        Fields root = new Fields(InputFile.json(MAPPER, InputFile.bytes(file, missing), name), name);
        if (!root.has("kind") || !root.text("kind").equals(KIND)) {
            throw new UserException(name + " is not a selector's file: its kind is not " + KIND);
        }
        if (root.whole("schema", 1, Integer.MAX_VALUE) != SCHEMA) {
            throw new UserException(name + " has schema " + root.node().get("schema") + ", this DMS reads " + SCHEMA
                    + "; train the selector again");
        }
        Fields from = root.object("provenance");
        Provenance provenance = new Provenance(
                from.text("created"),
                from.text("version"),
                from.text("data"),
                from.whole("samples", 1, Integer.MAX_VALUE),
                from.big("seed"),
                from.text("machine"));
        return new SelectorFile(
                root.text("method"),
                provenance,
                candidates(root),
                (ObjectNode) root.object("learned").node(),
                name);
    }

    private static List<Candidate> candidates(Fields root) {
        List<Candidate> list = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Fields c : root.objects("candidates")) {
            list.add(new Candidate(
                    c.text("id"),
                    c.text("model"),
                    c.text("level"),
                    c.text("digest"),
                    c.text("shares"),
                    c.number("millis"),
                    c.big("macs")));
            if (!ids.add(c.text("id"))) {
                throw c.wrong("id", "occurs twice");
            }
        }
        if (list.isEmpty()) {
            throw root.wrong("candidates", "is empty");
        }
        return list;
    }

    /**
     * What it learned, by the reader of its method.
     *
     * @param readers by name of the method
     * @throws UserException where there is none for it, or what was learned can't be
     */
    public Method.Learned open(Map<String, Reader> readers) {
        Reader reader = readers.get(method);
        if (reader == null) {
            throw new UserException(name + " is of the method " + method + ", which this DMS does not know; it knows "
                    + String.join(", ", readers.keySet().stream().sorted().toList()));
        }
        return reader.read(new Fields(learned, name + ": learned"), candidates);
    }

    /**
     * Where the candidates it was trained for stand in a catalog. Their order and times may differ, as on another board; the
     * networks may not.
     *
     * @param offered the candidates that are there
     * @return by candidate of this selector, its index in {@code offered}
     * @throws UserException where they are not the same ones, with every difference named
     */
    public int[] match(List<Candidate> offered) {
        List<String> differences = new ArrayList<>();
        int[] at = new int[candidates.size()];
        for (int i = 0; i < at.length; i++) {
            Candidate trained = candidates.get(i);
            at[i] = index(trained.id(), offered);
            if (at[i] < 0) {
                differences.add(trained.id() + " is not there");
            } else if (!offered.get(at[i]).digest().equals(trained.digest())
                    || !offered.get(at[i]).level().equals(trained.level())) {
                differences.add(trained.id() + " is another network (" + brief(offered.get(at[i])) + ", trained with "
                        + brief(trained) + ")");
            }
        }
        for (Candidate c : offered) {
            if (index(c.id(), candidates) < 0) {
                differences.add(c.id() + " is new");
            }
        }
        if (!differences.isEmpty()) {
            throw new UserException(name + " was trained for another catalog: " + String.join("; ", differences)
                    + "; train it again for this one: dms select train");
        }
        return at;
    }

    private static String brief(Candidate c) {
        return "level " + c.level() + " of "
                + c.digest().substring(0, Math.min(12, c.digest().length()));
    }

    private static int index(String id, List<Candidate> list) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }
}
