package io.dms.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dms engines}: a name for what has to do with the cache of TensorRT engines. */
@Command(
        name = "engines",
        description = "The cache of TensorRT engines: list, build beforehand, verify, prune.",
        synopsisSubcommandLabel = "COMMAND")
final class EnginesCommand extends DmsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    EnginesCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "say what to do, as in \"dms engines list\"");
    }
}
