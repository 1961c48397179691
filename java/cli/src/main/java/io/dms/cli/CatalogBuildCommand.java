package io.dms.cli;

import io.dms.cli.catalog.CatalogBuild;
import io.dms.cli.report.CatalogText;
import io.dms.model.EnvironmentException;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.CatalogFile;
import io.dms.schedule.catalog.Dominance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms catalog build}: makes and measures the variants of every task. */
@Command(
        name = "build",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Make and measure the variants of every task of a file: levels of a scalable model, networks, low-rank"
                    + " networks, specialised heads, heads on a shared trunk, remote ones as given.",
            "What is made is written beside the catalog, into the folder NAME.parts."
        },
        footer = {
            "",
            "A file of tasks:",
            "  schema: 1",
            "  data: cifar10                       # labelled images: a folder, or one that was fetched",
            "  tasks:",
            "    - id: objects",
            "      input: camera                   # tasks of one input share trunks",
            "      deadline: 50ms",
            "      contexts:",
            "        - {name: road, classes: [automobile, truck, cat, dog], share: 0.9}",
            "      variants:",
            "        - {kind: level}               # model left out: the bundled one",
            "        - {kind: network, model: resnet56.onnx}",
            "        - {kind: low-rank, model: resnet56.onnx, ranks: [0.5, 0.25]}",
            "        - {kind: specialised, widths: [0.75, 0.5]}",
            "        - {kind: remote, url: 'http://server:8000/v2/models/m', accuracy: 0.95, time: 20ms}",
            "    - id: made-by-man",
            "      input: camera",
            "      labels:",
            "        made: [airplane, automobile, ship, truck]",
            "        grown: [bird, cat, deer, dog, frog, horse]",
            "      variants: [{kind: shared, widths: [0.75, 0.5]}]"
        })
final class CatalogBuildCommand extends DmsCommand {
    @Parameters(paramLabel = "TASKS.yaml", description = "The tasks and what to make for them.")
    @SuppressWarnings("NullAway.Init")
    private Path tasks;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write (default: the tasks' name with .catalog.json, in this folder).")
    private @Nullable Path output;

    @Option(
            names = "--data",
            converter = Converters.Data.class,
            paramLabel = "DIR",
            description = "Labelled images, in place of the file's.")
    private @Nullable Path data;

    @Option(names = "--keep-all", description = "Keep dominated variants, too.")
    private boolean keepAll;

    CatalogBuildCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        String stem = String.valueOf(tasks.getFileName()).replaceFirst("\\.ya?ml$", "");
        Path target = output == null ? Path.of(stem + ".catalog.json") : output;
        CatalogBuild build = CatalogBuild.of(tasks, data);
        Targets.writable(target);
        Path absolute = target.toAbsolutePath();
        String name = String.valueOf(absolute.getFileName()).replaceFirst("(\\.catalog)?\\.json$", "");
        Path parts = absolute.resolveSibling(name + ".parts");
        boolean fresh = !Files.exists(parts);
        boolean written = false;
        try {
            Files.createDirectories(parts);
            written = build(build, parts, target);
            return written ? Exit.OK : Exit.INTERRUPTED;
        } catch (IOException e) {
            throw new EnvironmentException("can't make the folder " + parts + ": " + e.getMessage(), e);
        } finally {
            if (fresh && !written) {
                forget(parts);
            }
        }
    }

    /** False where a person stopped it. */
    private boolean build(CatalogBuild build, Path parts, Path target) {
        Catalog made;
        try (Stages stages = new Stages(console())) {
            made = build.run(parts, stages::at, console()::cancelled, Version.dms());
        } catch (Stages.Cancelled e) {
            console().note("interrupted: no catalog was written");
            return false;
        }
        if (console().cancelled()) {
            console().note("interrupted: no catalog was written");
            return false;
        }
        Catalog catalog = made;
        if (!keepAll) {
            Dominance.Result kept = Dominance.drop(made);
            kept.dropped().forEach(d -> console().note(d.reason()));
            catalog = kept.catalog();
        }
        made.provenance().notes().forEach(console()::warn);
        CatalogText.lines(catalog, console().room()).forEach(console()::print);
        CatalogFile.write(catalog, target);
        console().print("wrote " + target);
        return true;
    }

    /** Takes away the parts of a catalog that was not written; a folder that was there before is left as it is. */
    private static void forget(Path parts) {
        try (Stream<Path> files = Files.list(parts)) {
            for (Path part : files.toList()) {
                Files.delete(part);
            }
            Files.delete(parts);
        } catch (IOException e) {
            // What can't be taken away stays; the reason why there is no catalog says more.
        }
    }
}
