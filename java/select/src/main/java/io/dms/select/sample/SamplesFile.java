package io.dms.select.sample;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.AtomicFile;
import io.dms.model.DmsException;
import io.dms.model.EnvironmentException;
import io.dms.model.JsonFields;
import io.dms.model.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The file of {@link Samples}, {@code *.samples.npz}: a ZIP archive of {@code samples.json} (schema 1: data, origin,
 * candidates, names of features) and one array for each column of the table and each set of features, as NumPy's
 * {@code load} reads them, numbers kept exactly. Field and array names are an interface: a new meaning or a name that goes
 * away needs a new schema number, one that is added does not.
 */
public final class SamplesFile {
    private static final int SCHEMA = 1;
    private static final String HEAD = "samples.json";
    private static final int MOST_HEAD_BYTES = 64 << 20;
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    /** Writes one member. */
    @FunctionalInterface
    private interface Member {
        void write(OutputStream out) throws IOException;
    }

    private SamplesFile() {}

    /**
     * Writes samples: whole, or not at all.
     *
     * @throws DmsException if the file can't be written
     */
    public static void write(Samples samples, Path file) {
        SampleTable t = samples.table();
        int c = t.candidates().size();
        byte[] head;
        try {
            head = MAPPER.writeValueAsBytes(json(samples));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        AtomicFile.write(file, out -> {
            ZipOutputStream zip = new ZipOutputStream(out);
            put(zip, HEAD, o -> o.write(head));
            put(zip, "sample.npy", o -> NpyArray.write(o, t.sample()));
            put(zip, "label.npy", o -> NpyArray.write(o, t.label()));
            put(zip, "answer.npy", o -> NpyArray.write(o, t.answer(), c));
            put(zip, "confidence.npy", o -> NpyArray.write(o, t.confidence(), c));
            put(zip, "margin.npy", o -> NpyArray.write(o, t.margin(), c));
            put(zip, "entropy.npy", o -> NpyArray.write(o, t.entropy(), c));
            put(zip, "millis.npy", o -> NpyArray.write(o, t.millis(), c));
            float[][][] p = t.probability();
            if (p != null) {
                put(zip, "probability.npy", o -> NpyArray.write(o, p, c, t.classes()));
            }
            for (Map.Entry<String, FeatureTable> e : samples.features().entrySet()) {
                FeatureTable f = e.getValue();
                put(
                        zip,
                        member(e.getKey()),
                        o -> NpyArray.write(o, f.values(), f.names().size()));
            }
            zip.finish();
        });
    }

    private static String member(String key) {
        return "features/" + key + ".npy";
    }

    private static void put(ZipOutputStream zip, String name, Member member) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(0);
        zip.putNextEntry(entry);
        member.write(zip);
        zip.closeEntry();
    }

    private static ObjectNode json(Samples s) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("data", s.table().data());
        root.put("samples", s.table().samples());
        root.put("classes", s.table().classes());
        ObjectNode origin = root.putObject("origin");
        origin.put("machine", s.origin().machine());
        origin.put("power_mode", s.origin().powerMode());
        origin.put("backend", s.origin().backend());
        origin.put("threads", s.origin().threads());
        origin.put("date", s.origin().date().toString());
        s.origin().versions().forEach(origin.putObject("versions")::put);
        for (Candidate c : s.table().candidates()) {
            ObjectNode node = root.withArray("candidates").addObject();
            node.put("id", c.id());
            node.put("model", c.model());
            node.put("level", c.level());
            node.put("model_digest", c.digest());
            node.put("shares", c.shares());
            node.put("latency_ms", c.millis());
            node.put("macs", c.macs());
        }
        root.put("image_features_ms", s.imageMillis());
        root.putArray("features");
        for (Map.Entry<String, FeatureTable> e : s.features().entrySet()) {
            ObjectNode node = root.withArray("features").addObject();
            node.put("key", e.getKey());
            e.getValue().names().forEach(node.putArray("names")::add);
        }
        return root;
    }

    /**
     * Reads samples.
     *
     * @throws UserException if there is no such file, or it is none of samples, or a damaged one, or contradicts itself
     * @throws EnvironmentException if it can't be read
     */
    public static Samples read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UserException("there is no file of samples " + file + "; dms profile --per-sample makes one");
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return read(zip, file.toString());
        } catch (ZipException e) {
            throw new UserException(
                    file + " is no file of samples, or a damaged one (" + e.getMessage() + "): profile again", e);
        } catch (AccessDeniedException e) {
            throw new EnvironmentException("can't read " + file + ": permission denied; change its rights", e);
        } catch (IOException e) {
            throw new EnvironmentException("can't read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Samples read(ZipFile zip, String name) throws IOException {
        JsonFields f;
        try (InputStream in = open(zip, name, HEAD)) {
            f = new JsonFields(name, "", MAPPER.readTree(in.readNBytes(MOST_HEAD_BYTES)));
        } catch (JsonProcessingException e) {
            throw new UserException(name + ": " + HEAD + " is no JSON: " + e.getOriginalMessage(), e);
        }
        long schema = f.whole("schema", 1, Long.MAX_VALUE);
        if (schema != SCHEMA) {
            throw f.refusal("schema", "is " + schema + ", and this version reads " + SCHEMA);
        }
        int n = (int) f.whole("samples", 1, Integer.MAX_VALUE);
        List<Candidate> candidates = new ArrayList<>();
        f.objects("candidates").forEach(c -> candidates.add(candidate(c)));
        int c = candidates.size();
        int classes = (int) f.whole("classes", 2, Integer.MAX_VALUE / Float.BYTES);
        SampleTable table = new SampleTable(
                f.text("data"),
                candidates,
                classes,
                ints(zip, name, "sample.npy", n),
                ints(zip, name, "label.npy", n),
                answers(zip, name, n, c),
                floats(zip, name, "confidence.npy", n, c),
                floats(zip, name, "margin.npy", n, c),
                floats(zip, name, "entropy.npy", n, c),
                floats(zip, name, "millis.npy", n, c),
                zip.getEntry("probability.npy") == null ? null : probabilities(zip, name, n, c, classes));
        SampleCheck.check(table, name);
        Map<String, FeatureTable> features = new LinkedHashMap<>();
        for (JsonFields x : f.objectsOrNone("features")) {
            List<String> names = x.wordsOrNone("names");
            String key = x.text("key");
            features.put(key, new FeatureTable(names, floats(zip, name, member(key), n, names.size())));
        }
        return new Samples(
                table,
                features,
                f.numberOrNull("image_features_ms", "above 0", d -> d > 0),
                origin(f.object("origin")));
    }

    private static Candidate candidate(JsonFields f) {
        return new Candidate(
                f.text("id"),
                f.text("model"),
                f.text("level"),
                f.text("model_digest"),
                f.text("shares"),
                f.positive("latency_ms"),
                f.whole("macs", 0, Long.MAX_VALUE));
    }

    private static Origin origin(JsonFields f) {
        String date = f.text("date");
        try {
            return new Origin(
                    f.text("machine"),
                    f.textOrNull("power_mode"),
                    f.text("backend"),
                    (int) f.whole("threads", 0, 1024),
                    Instant.parse(date),
                    f.textsOrNone("versions"));
        } catch (DateTimeParseException e) {
            throw f.refusal("date", "must be a date and time as in 2026-01-31T12:00:00Z, but is \"" + date + "\"");
        }
    }

    private static InputStream open(ZipFile zip, String name, String member) throws IOException {
        ZipEntry entry = zip.getEntry(member);
        if (entry == null) {
            throw new UserException(name + " holds no " + member + ": it is no file of samples; profile again");
        }
        return zip.getInputStream(entry);
    }

    /** An array, refused before memory is taken for it where it is shorter than it should be. */
    private static InputStream open(ZipFile zip, String name, String member, int n, long columns) throws IOException {
        ZipEntry entry = zip.getEntry(member);
        if (entry != null && entry.getSize() < (long) Float.BYTES * n * columns) {
            throw new UserException(name + ": " + member + " is cut short: profile again");
        }
        return open(zip, name, member);
    }

    private static int[] ints(ZipFile zip, String name, String member, int n) throws IOException {
        try (InputStream in = open(zip, name, member, n, 1)) {
            return NpyArray.ints(in, name + ": " + member, n);
        }
    }

    private static int[][] answers(ZipFile zip, String name, int n, int columns) throws IOException {
        try (InputStream in = open(zip, name, "answer.npy", n, columns)) {
            return NpyArray.ints(in, name + ": answer.npy", n, columns);
        }
    }

    private static float[][][] probabilities(ZipFile zip, String name, int n, int columns, int classes)
            throws IOException {
        try (InputStream in = open(zip, name, "probability.npy", n, (long) columns * classes)) {
            return NpyArray.floats(in, name + ": probability.npy", n, columns, classes);
        }
    }

    private static float[][] floats(ZipFile zip, String name, String member, int n, int columns) throws IOException {
        try (InputStream in = open(zip, name, member, n, columns)) {
            return NpyArray.floats(in, name + ": " + member, n, columns);
        }
    }
}
