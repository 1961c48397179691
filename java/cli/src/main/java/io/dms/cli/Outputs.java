package io.dms.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.report.Prose;
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

    @Option(names = "--csv", paramLabel = "FILE", description = "Write CSV; \"-\" likewise.")
    private @Nullable String csv;

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
                csv = output.toString();
            } else if (name.endsWith(".html")) {
                html = output;
            } else {
                throw new UserException("--output must end in .json, .csv or .html: " + output);
            }
        }
        if (toStandardOutput(json) && toStandardOutput(csv)) {
            throw new UserException("--json and --csv can't both go to standard output: give one of them a file");
        }
        if (html != null && toStandardOutput(html.toString())) {
            throw new UserException("--html needs the name of a file, as in report.html");
        }
        Stream.of(file(json), file(csv), html).filter(Objects::nonNull).forEach(target -> {
            Targets.writable(target);
            if (source != null) {
                Targets.differ(target, source);
            }
        });
    }

    private static boolean toStandardOutput(@Nullable String target) {
        return JsonFile.STANDARD_OUTPUT.equals(target);
    }

    private static @Nullable Path file(@Nullable String target) {
        return target == null || toStandardOutput(target) ? null : Path.of(target);
    }

    /** Shows the result first, then writes the files, so that a full disk does not take away what was measured. */
    void write(
            Console console,
            List<String> lines,
            List<String> warnings,
            Supplier<ObjectNode> asJson,
            Supplier<String> asCsv,
            Supplier<String> asHtml) {
        if (!toStandardOutput(json) && !toStandardOutput(csv)) {
            lines.forEach(line -> Prose.within(line, console.room()).forEach(console::print));
            console.out().flush();
        }
        warnings.forEach(console::warn);
        if (json != null) {
            JsonFile.write(console, json, asJson.get());
        }
        Path csvFile = file(csv);
        if (csvFile != null) {
            write(csvFile, asCsv.get());
        } else if (csv != null) {
            console.out().print(asCsv.get());
            console.out().flush();
        }
        if (html != null) {
            write(html, asHtml.get());
        }
    }

    private static void write(Path file, String text) {
        AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }
}
