package io.dms.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.AtomicFile;
import io.dms.model.UserException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command's result goes, and in which forms. */
final class Outputs {
    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write JSON; \"-\" for standard output in place of the table.")
    private @Nullable String json;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write CSV.")
    private @Nullable Path csv;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a report with charts, one file.")
    private @Nullable Path html;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The same by the ending of FILE: .json, .csv or .html. Repeatable.")
    private List<Path> outputs = new ArrayList<>();

    /**
     * Checks all targets before time is spent.
     *
     * @param source the model file, or null
     */
    void check(@Nullable Path source) {
        for (Path output : outputs) {
            String name = output.toString().toLowerCase(Locale.ROOT);
            if (name.endsWith(".json")) {
                json = output.toString();
            } else if (name.endsWith(".csv")) {
                csv = output;
            } else if (name.endsWith(".html")) {
                html = output;
            } else {
                throw new UserException("--output must end in .json, .csv or .html: " + output);
            }
        }
        Path jsonFile = json == null || toStandardOutput() ? null : Path.of(json);
        Stream.of(jsonFile, csv, html).filter(Objects::nonNull).forEach(target -> {
            Targets.writable(target);
            if (source != null) {
                Targets.differ(target, source);
            }
        });
    }

    private boolean toStandardOutput() {
        return JsonFile.STANDARD_OUTPUT.equals(json);
    }

    /** Shows the result first, then writes the files, so that a full disk does not take away what was measured. */
    void write(
            Console console,
            List<String> lines,
            List<String> warnings,
            Supplier<ObjectNode> asJson,
            Supplier<String> asCsv,
            Supplier<String> asHtml) {
        if (!toStandardOutput()) {
            lines.forEach(console::print);
            console.out().flush();
        }
        warnings.forEach(console::warn);
        if (json != null) {
            JsonFile.write(console, json, asJson.get());
        }
        if (csv != null) {
            write(csv, asCsv.get());
        }
        if (html != null) {
            write(html, asHtml.get());
        }
    }

    private static void write(Path file, String text) {
        AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }
}
