package io.dms.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.report.CatalogCsv;
import io.dms.cli.report.CatalogHtml;
import io.dms.cli.report.CatalogText;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.CatalogFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dms catalog show}: prints a catalog and draws its fronts. */
@Command(
        name = "show",
        sortOptions = false,
        abbreviateSynopsis = true,
        description =
                "Print the variants of every task of a catalog with their accuracy and costs, and draw the fronts.")
final class CatalogShowCommand extends DmsCommand {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Parameters(paramLabel = "CATALOG", description = "A file that \"dms catalog build\" wrote.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Mixin
    private final Outputs outputs = new Outputs();

    CatalogShowCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        outputs.check(file);
        Catalog catalog = CatalogFile.read(file);
        outputs.write(
                console(),
                CatalogText.lines(catalog, console().room()),
                catalog.provenance().notes(),
                () -> json(catalog),
                () -> CatalogCsv.of(catalog),
                () -> CatalogHtml.of(catalog, String.valueOf(file.getFileName())));
        return Exit.OK;
    }

    private static ObjectNode json(Catalog catalog) {
        try {
            JsonNode tree = MAPPER.readTree(CatalogFile.toBytes(catalog));
            return (ObjectNode) tree;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
