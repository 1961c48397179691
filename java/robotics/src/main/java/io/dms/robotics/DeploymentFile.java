package io.dms.robotics;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.dms.control.Goal;
import io.dms.model.InputFile;
import io.dms.model.JsonWords;
import io.dms.model.ProfileFile;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.UserException;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.BundledModels;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * The file of a deployment, {@code dms.yaml}: the applications that share one board.
 *
 * <pre>
 * schema: 1
 * applications:
 *   - name: detector
 *     model: detector.dms.onnx      # left out: the bundled model
 *     source: camera
 *     goal: p95<=33ms accuracy>=0.6 priority=1
 * </pre>
 *
 * Paths are relative to the file. Keys that nobody knows are refused, and so are anchors and aliases, which a file of
 * this kind has no use for.
 */
public final class DeploymentFile {
    private static final int SCHEMA = 1;
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST_DEPTH = 8;

    private DeploymentFile() {}

    /** The file as it stands. */
    record Raw(@Nullable Integer schema, @Nullable List<RawApplication> applications) {}

    /** An application as it stands; null where it is left out. */
    record RawApplication(
            @Nullable String name,
            @Nullable String model,
            @Nullable String backend,
            @Nullable Integer batch,
            @Nullable Integer threads,
            @Nullable String precision,
            @Nullable String mode,
            @Nullable String profile,
            @Nullable String source,
            @Nullable String goal,
            @Nullable String controller,
            @Nullable String late) {}

    /**
     * Reads a deployment and the models that it names.
     *
     * @throws UserException if there is no such file, or something in it can't be
     */
    public static List<ApplicationSpec> read(Path file) {
        String text;
        try {
            if (Files.isRegularFile(file) && Files.size(file) > MOST_BYTES) {
                throw new UserException(file + " is larger than 1 MiB: that is no file of a deployment");
            }
            text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new UserException("there is no file " + file + ": check the name", e);
        } catch (IOException e) {
            throw InputFile.unreadable(file, e);
        }
        Raw raw = parse(text, file.toString());
        if (raw.schema() == null || raw.schema() != SCHEMA) {
            throw new UserException(file + ": schema must be " + SCHEMA
                    + (raw.schema() == null ? "" : ", but is " + raw.schema()) + "; write \"schema: 1\" at its top");
        }
        List<RawApplication> list = raw.applications();
        if (list == null || list.isEmpty()) {
            throw new UserException(file + ": applications must list at least one application");
        }
        Path parent = file.toAbsolutePath().getParent();
        Path folder = parent == null ? Path.of("") : parent;
        List<ApplicationSpec> out = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            String where = file + ": application " + (i + 1);
            RawApplication a = list.get(i);
            if (a == null) {
                throw new UserException(where + " is empty");
            }
            ApplicationSpec spec = spec(a, where, folder);
            if (!names.add(spec.name())) {
                throw new UserException(
                        where + " has the name of another, " + spec.name() + ": give each a name of its own");
            }
            out.add(spec);
        }
        return out;
    }

    private static ApplicationSpec spec(RawApplication a, String where, Path folder) {
        String path = a.model();
        ImportOptions options =
                "tensorrt".equals(a.backend()) ? ImportOptions.DEFAULT.withEngines() : ImportOptions.DEFAULT;
        ScalableModel model = path == null
                ? BundledModels.resnet20Cifar10()
                : ScalableModelFile.readAny(existing(folder.resolve(path), where), options);
        String profile = a.profile();
        String late = a.late() == null ? "drop" : a.late().toLowerCase(Locale.ROOT);
        if (!late.equals("drop") && !late.equals("serve")) {
            throw new UserException(where + ": late must be drop or serve, but is \"" + a.late() + "\"");
        }
        String controller = a.controller() == null ? "predictive" : a.controller();
        try {
            Controllers.find(controller);
            return new ApplicationSpec(
                    a.name() == null ? model.name() : a.name(),
                    model,
                    a.backend() == null ? "cpu" : a.backend(),
                    a.batch() == null ? 1 : a.batch(),
                    a.threads() == null ? 0 : a.threads(),
                    word(a.precision(), "precision", Precision.FP32, Precision.values()),
                    word(a.mode(), "mode", Launch.GRAPH, Launch.values()),
                    profile == null ? null : ProfileFile.read(existing(folder.resolve(profile), where)),
                    a.source() == null ? "synthetic:30" : a.source(),
                    a.goal() == null ? Goal.NONE : Goal.parse(a.goal()),
                    controller,
                    late.equals("drop") ? LatePolicy.DROP : LatePolicy.SERVE);
        } catch (UserException e) {
            throw new UserException(where + ": " + e.getMessage(), e);
        }
    }

    private static <E extends Enum<E>> E word(@Nullable String text, String key, E otherwise, E[] all) {
        if (text == null) {
            return otherwise;
        }
        for (E e : all) {
            if (e.name().equalsIgnoreCase(text)) {
                return e;
            }
        }
        throw new UserException(key + " must be "
                + Stream.of(all).map(e -> e.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(" or "))
                + ", but is \"" + text + "\"");
    }

    private static Path existing(Path file, String where) {
        if (!Files.isRegularFile(file)) {
            throw new UserException(where + ": there is no file " + file);
        }
        return file;
    }

    /** Checks form, keys and types. */
    static Raw parse(String text, String name) {
        LoaderOptions limits = new LoaderOptions();
        limits.setMaxAliasesForCollections(0);
        limits.setNestingDepthLimit(MOST_DEPTH);
        limits.setAllowDuplicateKeys(false);
        limits.setCodePointLimit(MOST_BYTES);
        YAMLFactory factory = YAMLFactory.builder().loaderOptions(limits).build();
        YAMLMapper mapper = YAMLMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .disable(com.fasterxml.jackson.databind.MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .build();
        if (text.isBlank()) {
            throw empty(name);
        }
        try {
            refuseAliases(factory, text, name);
            Raw raw = mapper.readValue(text, Raw.class);
            if (raw == null) {
                throw empty(name);
            }
            return raw;
        } catch (UnrecognizedPropertyException e) {
            throw new UserException(
                    name + JsonWords.line(e) + ": there is no key \"" + e.getPropertyName() + "\""
                            + hint(e.getPropertyName(), known(e)),
                    e);
        } catch (JsonMappingException e) {
            throw new UserException(name + JsonWords.line(e) + ": " + JsonWords.mismatch(e), e);
        } catch (JsonProcessingException e) {
            throw new UserException(
                    name + JsonWords.line(e) + " is no YAML that can be read: " + JsonWords.brief(e), e);
        } catch (IOException e) {
            throw new UserException(name + ": " + e.getMessage(), e);
        } catch (StackOverflowError e) {
            throw new UserException(name + " is nested too deep", e);
        }
    }

    private static UserException empty(String name) {
        return new UserException(name + " is empty: see \"dms run --help\" for what it holds");
    }

    private static void refuseAliases(YAMLFactory factory, String text, String name) throws IOException {
        int depth = 0;
        try (YAMLParser parser = factory.createParser(text)) {
            for (JsonToken t = parser.nextToken(); t != null; t = parser.nextToken()) {
                if (parser.isCurrentAlias() || parser.getObjectId() != null) {
                    throw new UserException(
                            name + " (line " + parser.currentTokenLocation().getLineNr()
                                    + "): anchors and aliases are not allowed here; write it out");
                }
                depth += t.isStructStart() ? 1 : t.isStructEnd() ? -1 : 0;
                if (depth > MOST_DEPTH) {
                    throw new UserException(name + " is nested too deep");
                }
            }
        }
    }

    private static List<String> known(UnrecognizedPropertyException e) {
        Collection<Object> ids = e.getKnownPropertyIds();
        return ids == null
                ? List.of()
                : ids.stream().map(String::valueOf).sorted().toList();
    }

    private static String hint(String given, List<String> known) {
        String near = null;
        int least = 1 + Math.max(2, given.length() / 2);
        for (String k : known) {
            int d = distance(given.toLowerCase(Locale.ROOT), k);
            if (d < least) {
                least = d;
                near = k;
            }
        }
        return near != null ? ", did you mean \"" + near + "\"?" : "; there are: " + String.join(", ", known);
    }

    /** Insertions, deletions and replacements from one word to the other (Levenshtein). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
