package io.dms.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code dms generate-completion}: a script that completes commands and options in bash and zsh. */
@Command(
        name = "generate-completion",
        description = "Print a completion script for bash and zsh.",
        footer = {"", "Use: source <(dms generate-completion)"})
final class CompletionCommand extends DmsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    CompletionCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        console().out().print(AutoComplete.bash("dms", spec.root().commandLine()));
        return Exit.OK;
    }
}
