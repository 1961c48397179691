package io.dms.cli.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.dms.model.InputFile;
import io.dms.model.JsonWords;
import io.dms.model.UserException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;

/** What a catalog is to be made of, {@code TASKS.yaml}, as it stands; {@link TaskPlan} checks what it means. */
final class TasksFile {
    private static final int SCHEMA = 1;
    private static final int MOST_BYTES = 1 << 20;

    private TasksFile() {}

    /**
     * The whole file; null where something is left out.
     *
     * @param data folder of labelled images
     * @param accuracyImages most images that accuracy is measured on
     * @param trainingImages most images whose features are cached for heads
     */
    public record Raw(
            @Nullable Integer schema,
            @Nullable String data,
            @Nullable String backend,
            @Nullable Integer threads,
            @Nullable Integer accuracyImages,
            @Nullable Integer trainingImages,
            @Nullable Long seed,
            @Nullable List<RawTask> tasks) {}

    /** One task. */
    public record RawTask(
            @Nullable String id,
            @Nullable String description,
            @Nullable String input,
            @Nullable String deadline,
            @Nullable Map<String, List<String>> labels,
            @Nullable List<RawContext> contexts,
            @Nullable List<RawVariant> variants) {}

    /** One context. */
    public record RawContext(
            @Nullable String name,
            @Nullable List<String> classes,
            @Nullable Double share) {}

    /**
     * One kind of variants.
     *
     * @param served name of a remote variant's model on its server
     * @param cut tensor at which a remote variant is cut: the layers before it run on the device
     * @param wire type in which features of a cut variant travel
     */
    public record RawVariant(
            @Nullable String id,
            @Nullable String kind,
            @Nullable String model,
            @Nullable List<Double> widths,
            @Nullable List<Double> ranks,
            @Nullable String fallback,
            @Nullable String url,
            @Nullable String served,
            @Nullable String cut,
            @Nullable String wire,
            @Nullable Double accuracy,
            @Nullable String time,
            @Nullable Double dollars,
            @Nullable Long sentBytes,
            @Nullable Long receivedBytes) {}

    /**
     * Reads a file.
     *
     * @throws UserException if there is no such file, or it is no YAML of this form
     */
    public static Raw read(Path file) {
        String text;
        try {
            if (Files.isRegularFile(file) && Files.size(file) > MOST_BYTES) {
                throw new UserException(file + " is larger than 1 MiB: that is no file of tasks");
            }
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new UserException("there is no file " + file + ": check the name", e);
        } catch (IOException e) {
            throw InputFile.unreadable(file, e);
        }
        return parse(text, file.toString());
    }

    static Raw parse(String text, String name) {
        if (text.isBlank()) {
            throw new UserException(name + " is empty: see \"dms catalog build --help\" for what it holds");
        }
        refuseAliases(text, name);
        LoaderOptions limits = new LoaderOptions();
        limits.setMaxAliasesForCollections(0);
        limits.setNestingDepthLimit(10);
        limits.setAllowDuplicateKeys(false);
        limits.setCodePointLimit(MOST_BYTES);
        YAMLMapper mapper = YAMLMapper.builder(
                        YAMLFactory.builder().loaderOptions(limits).build())
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .build();
        Raw raw;
        try {
            raw = mapper.readValue(text, Raw.class);
        } catch (UnrecognizedPropertyException e) {
            throw new UserException(
                    name + JsonWords.line(e) + ": there is no key \"" + e.getPropertyName() + "\"; there are: "
                            + e.getKnownPropertyIds().stream()
                                    .map(String::valueOf)
                                    .sorted()
                                    .collect(Collectors.joining(", ")),
                    e);
        } catch (JsonMappingException e) {
            throw new UserException(name + JsonWords.line(e) + ": " + JsonWords.mismatch(e), e);
        } catch (JsonProcessingException e) {
            throw new UserException(
                    name + JsonWords.line(e) + " is no YAML that can be read: " + JsonWords.brief(e), e);
        } catch (StackOverflowError e) {
            throw new UserException(name + " is nested too deep", e);
        }
        if (raw == null || raw.schema() == null || raw.schema() != SCHEMA) {
            throw new UserException(name + ": schema must be " + SCHEMA + "; write \"schema: 1\" at its top");
        }
        return raw;
    }

    /** Anchors and aliases let a few lines stand for billions: a file of tasks needs none. */
    private static void refuseAliases(String text, String name) {
        try {
            for (Event e : new Yaml().parse(new StringReader(text))) {
                if (e instanceof NodeEvent n && n.getAnchor() != null) {
                    throw new UserException(name + " (line " + (e.getStartMark().getLine() + 1)
                            + "): anchors (&) and aliases (*) are not taken: write it out");
                }
            }
        } catch (YAMLException e) {
            // What can't be read at all is told by the reader.
        }
    }
}
