package io.dms.backend.tensorrt.cache;

import io.dms.backend.tensorrt.cache.EngineOptions.ProfileShape;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Everything that decides which engine a build gives, as named values in a fixed order. Two engines may stand for each
 * other only if all of it is equal: a cache that leaves out the weights, the level or a version answers with another
 * model's outputs.
 *
 * <p>The network goes in by the digest of what the level consists of, its weights and its own normalisation, rather than
 * by the model's file: so a level that is not in the file is told from one that is, and a level that did not change keeps
 * its engine when another one is calibrated anew. What the builder gets is made from that, so the key has a number of how
 * it is made, and an engine that is kept costs no export. How much memory the builder might use is not in it: that decides how fast
 * an engine is, not what it is, and engines built within a limit must be found by sessions that know of none.
 *
 * @param fields the values by name; unmodifiable
 */
public record EngineKey(Map<String, String> fields) {
    /** What the plan and the record beside it look like. Another number: other files. */
    static final int FORMAT = 1;

    /**
     * How a level becomes what the library builds: how it is cut, folded and written as an ONNX file, and what the builder
     * is told beside the options. Another number: other engines. A test fails where exported bytes change and this does
     * not.
     */
    static final int EXPORT = 1;

    /** The digest of what the level consists of. */
    static final String NETWORK = "network";

    /** Channel counts of the level. */
    static final String COUNTS = "counts";

    /** What of the key is the platform; the rest is what was asked for. */
    static final List<String> PLATFORM =
            List.of("tensorrt", "cuda", "driver", "device", "compute_capability", "multiprocessors");

    /** What the library's timings depend on, as its documentation has it: they are shared by all that agree in it. */
    static final List<String> TIMING = List.of(
            "precision",
            "flags",
            "dla_core",
            "tensorrt",
            "cuda",
            "driver",
            "device",
            "compute_capability",
            "multiprocessors");

    /** Keeps a copy, in order. */
    public EngineKey {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** The key of one engine. Reads every weight of the model where nobody did before, and exports nothing. */
    public static EngineKey of(EngineRequest request, EnginePlatform platform) {
        EngineOptions options = request.options();
        Map<String, String> f = new LinkedHashMap<>();
        f.put("format", Integer.toString(FORMAT));
        f.put("export", Integer.toString(EXPORT));
        f.put(NETWORK, request.source().digest());
        f.put(COUNTS, request.counts().stream().map(String::valueOf).collect(Collectors.joining(",")));
        f.put("precision", options.precision().name());
        f.put("calibration", options.calibration());
        f.put("profile", options.profile().stream().map(EngineKey::text).collect(Collectors.joining("; ")));
        f.put("flags", String.join(",", options.flags()));
        f.put("dla_core", Integer.toString(options.dlaCore()));
        f.putAll(of(platform));
        return new EngineKey(f);
    }

    /** The part of a key that a platform decides. */
    static Map<String, String> of(EnginePlatform platform) {
        Map<String, String> f = new LinkedHashMap<>();
        f.put("tensorrt", platform.tensorrt());
        f.put("cuda", platform.cuda());
        f.put("driver", platform.driver());
        f.put("device", platform.device());
        f.put("compute_capability", platform.computeCapability());
        f.put("multiprocessors", Integer.toString(platform.multiprocessors()));
        return f;
    }

    private static String text(ProfileShape p) {
        return p.input() + " " + p.least() + " " + p.best() + " " + p.most();
    }

    /** Names the files of this engine: 64 hexadecimal digits over all fields. */
    public String id() {
        return id(fields);
    }

    /** The digest of named values; lengths are in it, so that no two lists of values read alike. */
    static String id(Map<String, String> fields) {
        MessageDigest digest = sha256();
        try (DataOutputStream out =
                new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
            for (var e : fields.entrySet()) {
                for (String s : List.of(e.getKey(), e.getValue())) {
                    byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
                    out.writeInt(utf8.length);
                    out.write(utf8);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Which fields differ from another key's, each as in {@code tensorrt was 8.5.2.2 and is 10.3.0.30}. */
    List<String> differencesFrom(EngineKey older) {
        List<String> all = new ArrayList<>();
        fields.forEach((name, now) -> {
            String then = older.fields.getOrDefault(name, "absent");
            if (!then.equals(now)) {
                all.add(name + " was " + brief(then) + " and is " + brief(now));
            }
        });
        return all;
    }

    private static String brief(String value) {
        return value.isEmpty() ? "none" : value.length() <= 40 ? value : value.substring(0, 12) + "...";
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
