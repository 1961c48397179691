package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.runtime.Backend;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a model says about how it was made. */
final class Provenance {
    private Provenance() {}

    static String calibration(@Nullable ImageSample sample, boolean real) {
        if (sample == null) {
            return "none: levels are cut by order alone";
        }
        String images = sample.size() + " images of " + sample.images().describe();
        return real ? images : "no data given: " + images;
    }

    static Map<String, String> of(
            SourceNetwork source,
            CompileOptions options,
            ImportanceCriterion criterion,
            Backend backend,
            String calibration) {
        Map<String, String> out = new LinkedHashMap<>();
        BiConsumer<String, @Nullable String> put = (k, v) -> {
            if (v != null && !v.isEmpty()) {
                out.put(k, v);
            }
        };
        put.accept("source", source.file());
        put.accept("source.sha256", source.sha256());
        put.accept("tool", "dms " + version());
        put.accept("criterion", criterion.name());
        put.accept("levels", SearchedLevels.describe(options.search()));
        put.accept("seed", Long.toString(options.seed()));
        put.accept("calibration", calibration);
        put.accept("backend", backend.describe());
        put.accept("java", System.getProperty("java.version"));
        put.accept(
                "os", (System.getProperty("os.name") + "/" + System.getProperty("os.arch")).toLowerCase(Locale.ROOT));
        return out;
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = Compiler.class.getResourceAsStream("version.properties")) {
            properties.load(Objects.requireNonNull(in, "the build left out version.properties"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
