package io.dms.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dms select}: a name for what chooses a model, or a width, for each input. */
@Command(
        name = "select",
        description = "Choose, for each input, the cheapest model or width that will be right.",
        synopsisSubcommandLabel = "COMMAND")
final class SelectCommand extends DmsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    SelectCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "say what to do, as in \"dms select train\"");
    }
}
