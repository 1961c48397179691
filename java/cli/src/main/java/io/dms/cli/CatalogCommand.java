package io.dms.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dms catalog}: a name for what has to do with catalogs of variants. */
@Command(
        name = "catalog",
        description = "Variants of every task with their accuracy and costs: make and measure them, show them.",
        synopsisSubcommandLabel = "COMMAND")
final class CatalogCommand extends DmsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    CatalogCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "say what to do, as in \"dms catalog build tasks.yaml -o tasks.catalog.json\"");
    }
}
