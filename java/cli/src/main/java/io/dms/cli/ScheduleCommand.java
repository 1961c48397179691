package io.dms.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dms schedule}: a name for what serves streams of requests from a catalog. */
@Command(
        name = "schedule",
        description = "Serve streams of requests from a catalog of variants, under budgets.",
        synopsisSubcommandLabel = "COMMAND")
final class ScheduleCommand extends DmsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    ScheduleCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "say what to do, as in \"dms schedule simulate\"");
    }
}
