package io.dms.backend.tensorrt.cache;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.backend.tensorrt.cache.EngineFolder.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside a plan, as JSON: its key, its digest, what is known about it. The file ends with a digest of the rest
 * and has one form only, so that a change of any byte shows.
 *
 * @param key what the engine was built from and for
 * @param model what people call the model
 * @param level what people call the level
 * @param planBytes size of the plan
 * @param planSha256 digest of the plan, in lower-case hexadecimal
 * @param built when
 * @param buildMillis how long the build took
 * @param check what the comparison of its outputs with the reference's said
 * @param facts what the builder said
 */
public record EngineRecord(
        EngineKey key,
        String model,
        String level,
        long planBytes,
        String planSha256,
        Instant built,
        long buildMillis,
        String check,
        EngineFacts facts) {
    /** Far above the size of any record; what is larger is none. */
    static final int MOST_BYTES = 1 << 20;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** The content of the file. */
    byte[] toBytes() {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("schema", EngineKey.FORMAT);
        node.put("model", model);
        node.put("level", level);
        node.put("plan_bytes", planBytes);
        node.put("plan_sha256", planSha256);
        node.put("built", built.toString());
        node.put("build_ms", buildMillis);
        node.put("check", check);
        node.put("layers", facts.layers());
        node.put("activation_bytes", facts.activationBytes());
        ArrayNode fallbacks = node.putArray("gpu_fallbacks");
        facts.gpuFallbacks().forEach(fallbacks::add);
        ObjectNode k = node.putObject("key");
        key.fields().forEach(k::put);
        byte[] seal = EngineKey.sha256().digest(text(node).getBytes(StandardCharsets.UTF_8));
        node.put("seal", HexFormat.of().formatHex(seal));
        return text(node).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ObjectNode node) {
        try {
            return MAPPER.writeValueAsString(node) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads the content of a file.
     *
     * @throws Refused if it is not, byte for byte, what {@link #toBytes} wrote
     */
    static EngineRecord parse(byte[] content) throws Refused {
        EngineRecord read;
        try {
            JsonNode node = MAPPER.readTree(content);
            int schema = node == null ? EngineKey.FORMAT : node.path("schema").asInt(EngineKey.FORMAT);
            if (schema != EngineKey.FORMAT) {
                throw new Refused("has format " + schema + ", and this version of DMS writes " + EngineKey.FORMAT);
            }
            read = read(node);
        } catch (Refused e) {
            throw e;
        } catch (IOException | DateTimeException | IllegalArgumentException e) {
            throw new Refused("is damaged");
        }
        if (!Arrays.equals(read.toBytes(), content)) {
            throw new Refused("is damaged");
        }
        return read;
    }

    private static EngineRecord read(@Nullable JsonNode node) {
        if (node == null || !node.isObject()) {
            throw new IllegalArgumentException("no object");
        }
        Map<String, String> fields = new LinkedHashMap<>();
        node.path("key")
                .properties()
                .forEach(e -> fields.put(e.getKey(), e.getValue().asText("")));
        List<String> fallbacks = new ArrayList<>();
        node.path("gpu_fallbacks").forEach(n -> fallbacks.add(n.asText("")));
        JsonNode layers = node.path("layers");
        JsonNode activation = node.path("activation_bytes");
        return new EngineRecord(
                new EngineKey(fields),
                node.path("model").asText(""),
                node.path("level").asText(""),
                node.path("plan_bytes").longValue(),
                node.path("plan_sha256").asText(""),
                Instant.parse(node.path("built").asText("")),
                node.path("build_ms").longValue(),
                node.path("check").asText(""),
                new EngineFacts(
                        layers.isInt() ? layers.intValue() : null,
                        fallbacks,
                        activation.isIntegralNumber() ? activation.longValue() : null));
    }
}
