package io.dms.backend.cudnn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which algorithm or plan is the fastest for each convolution, as found by searches, kept in one JSON file for a device and a
 * version of the library. A file that can't be read is thrown away with one line, and written anew. Thread-safe; several
 * processes may share a file, the last one to write wins.
 */
final class AlgorithmCache {
    private static final Logger LOG = LoggerFactory.getLogger(AlgorithmCache.class);
    private static final int SCHEMA = 3;

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path file;
    private final String device;
    private final Map<String, Entry> entries = new TreeMap<>();
    private final Map<String, Plan> plans = new TreeMap<>();

    /**
     * What a search found.
     *
     * @param fused whether the library has the algorithm with bias and activation; null where that was not tried
     */
    record Entry(Algorithm algorithm, @Nullable Boolean fused) {}

    /**
     * What a search among plans found for a layer.
     *
     * @param way null where the legacy interface is as fast
     * @param offer which of the layer's offers it is of
     */
    record Plan(@Nullable Recipe way, int offer) {}

    /**
     * @param folder where files are kept
     * @param device everything beside a convolution's own shape that an algorithm depends on: device, architecture,
     *     version of the library
     */
    AlgorithmCache(Path folder, String device) {
        this.device = device;
        this.file = folder.resolve("algorithms-" + device.replaceAll("[^A-Za-z0-9.]+", "-") + ".json");
        load();
    }

    /** {@code $XDG_CACHE_HOME/dms/cudnn}, by default below {@code ~/.cache}. */
    static Path folder() {
        return folder(System.getenv("XDG_CACHE_HOME"));
    }

    /** By the value of the variable, which counts where it is an absolute path, as the XDG rules say. */
    static Path folder(@Nullable String given) {
        Path base = given == null || given.isBlank() || !Path.of(given).isAbsolute()
                ? Path.of(System.getProperty("user.home", "."), ".cache")
                : Path.of(given);
        return base.resolve("dms").resolve("cudnn");
    }

    Path file() {
        return file;
    }

    private void load() {
        try {
            JsonNode root = mapper.readTree(file.toFile());
            if (root == null
                    || root.path("schema").asInt() != SCHEMA
                    || !root.path("device").asText().equals(device)) {
                throw new IOException("it is of another form or another device");
            }
            Map<String, Entry> read = new TreeMap<>();
            for (Map.Entry<String, JsonNode> e : root.path("convolutions").properties()) {
                JsonNode v = e.getValue();
                if (!v.path("algorithm").isInt()
                        || !v.path("math").isInt()
                        || !v.path("workspace").isIntegralNumber()
                        || v.path("workspace").asLong() < 0) {
                    throw new IOException("an entry lacks a field");
                }
                Algorithm a = new Algorithm(
                        v.path("algorithm").asInt(),
                        v.path("math").asInt(),
                        v.path("workspace").asLong(),
                        v.path("deterministic").asBoolean(),
                        (float) v.path("micros").asDouble(-1));
                JsonNode fused = v.get("fused");
                read.put(e.getKey(), new Entry(a, fused == null ? null : fused.asBoolean()));
            }
            Map<String, Plan> readPlans = new TreeMap<>();
            for (Map.Entry<String, JsonNode> e : root.path("plans").properties()) {
                readPlans.put(e.getKey(), plan(e.getValue()));
            }
            entries.putAll(read);
            plans.putAll(readPlans);
        } catch (NoSuchFileException | java.io.FileNotFoundException absent) {
            // The first use on this device.
        } catch (IOException | RuntimeException broken) {
            LOG.warn("{} can't be used ({}): algorithms are searched again", file, firstLine(broken));
        }
    }

    private static Plan plan(JsonNode v) throws IOException {
        JsonNode matmul = v.path("matmul");
        if (!matmul.isMissingNode()) {
            MatmulWay way = MatmulWay.of(matmul.asText());
            if (way == null || !v.path("offer").isInt()) {
                throw new IOException("a product's algorithm was changed");
            }
            return new Plan(way, v.path("offer").asInt());
        }
        JsonNode engine = v.path("engine");
        if (engine.isMissingNode()) {
            return new Plan(null, 0);
        }
        if (!engine.isIntegralNumber()
                || !v.path("offer").isInt()
                || !v.path("knobs").isArray()) {
            throw new IOException("a plan lacks a field");
        }
        List<Way.Knob> knobs = new ArrayList<>();
        for (JsonNode knob : v.path("knobs")) {
            if (!knob.path(0).isInt() || !knob.path(1).isIntegralNumber()) {
                throw new IOException("a plan's knob is none");
            }
            knobs.add(new Way.Knob(knob.path(0).asInt(), knob.path(1).asLong()));
        }
        return new Plan(
                new Way(engine.asLong(), List.copyOf(knobs)), v.path("offer").asInt());
    }

    private static String firstLine(Exception e) {
        String text = e instanceof JsonProcessingException j ? j.getOriginalMessage() : String.valueOf(e.getMessage());
        return text.lines().findFirst().orElse("");
    }

    synchronized @Nullable Entry get(String key) {
        return entries.get(key);
    }

    /** Keeps an entry; {@link #save} writes it. */
    synchronized void put(String key, Entry entry) {
        entries.put(key, entry);
    }

    /** Forgets an entry that turned out wrong. */
    synchronized void remove(String key) {
        entries.remove(key);
    }

    synchronized @Nullable Plan plan(String key) {
        return plans.get(key);
    }

    /** Keeps a plan; {@link #save} writes it. */
    synchronized void put(String key, Plan plan) {
        plans.put(key, plan);
    }

    /** Forgets a plan that can't be had. */
    synchronized void removePlan(String key) {
        plans.remove(key);
    }

    /** Writes all entries: to a file beside, then put in place at once. A folder that can't be written costs one line. */
    synchronized void save() {
        ObjectNode root = mapper.createObjectNode();
        root.put("schema", SCHEMA).put("device", device);
        ObjectNode all = root.putObject("convolutions");
        entries.forEach((key, e) -> {
            ObjectNode v = all.putObject(key)
                    .put("algorithm", e.algorithm().id())
                    .put("math", e.algorithm().math())
                    .put("workspace", e.algorithm().workspace())
                    .put("deterministic", e.algorithm().deterministic());
            if (e.algorithm().micros() >= 0) {
                v.put("micros", e.algorithm().micros());
            }
            Boolean fused = e.fused();
            if (fused != null) {
                v.put("fused", fused.booleanValue());
            }
        });
        ObjectNode allPlans = root.putObject("plans");
        plans.forEach((key, plan) -> {
            ObjectNode v = allPlans.putObject(key);
            if (plan.way() != null) {
                v.put("offer", plan.offer());
            }
            if (plan.way() instanceof Way way) {
                ArrayNode knobs = v.put("engine", way.engine()).putArray("knobs");
                way.knobs().forEach(k -> knobs.addArray().add(k.type()).add(k.value()));
            } else if (plan.way() instanceof MatmulWay way) {
                v.put("matmul", way.text());
            }
        });
        try {
            Files.createDirectories(file.getParent());
            Path beside = Files.createTempFile(file.getParent(), "algorithms", ".tmp");
            try {
                mapper.writerWithDefaultPrettyPrinter().writeValue(beside.toFile(), root);
                try {
                    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
                } catch (AtomicMoveNotSupportedException e) {
                    Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
                }
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            LOG.warn("{} can't be written ({}): algorithms will be searched again next time", file, e.getMessage());
        }
    }
}
