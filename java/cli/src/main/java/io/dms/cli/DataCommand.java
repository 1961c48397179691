package io.dms.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dms data}: a name for what has to do with data sets. */
@Command(
        name = "data",
        description = "Data sets: fetch one by its official address.",
        synopsisSubcommandLabel = "COMMAND")
final class DataCommand extends DmsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    DataCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "say what to do, as in \"dms data get cifar10\"");
    }
}
