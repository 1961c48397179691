package io.dms.cli;

import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dms help COMMAND}: the same as {@code dms COMMAND --help}, which is what people try first elsewhere. */
@Command(name = "help", description = "Show the help of a command, as \"dms COMMAND --help\" does.")
final class HelpCommand extends DmsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "COMMAND", description = "Which one, as in bench or data get.")
    private List<String> words = new ArrayList<>();

    HelpCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        CommandLine at = spec.commandLine().getParent();
        for (String word : words) {
            CommandLine below = at.getSubcommands().get(word);
            if (below == null) {
                throw new UserException(
                        "there is no command " + String.join(" ", words) + "; \"dms --help\" lists all");
            }
            at = below;
        }
        at.usage(console().out());
        return Exit.OK;
    }
}
