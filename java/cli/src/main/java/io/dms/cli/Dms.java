package io.dms.cli;

import io.dms.model.DmsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The top of the command line: registers the commands and turns failures into one line and an exit status. */
@Command(
        name = "dms",
        description = "Runs one trained CNN at any width, chosen per call.",
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit status: 0 all is well; 2 bad input; 3 the machine lacks something; 70 a bug.",
            "\"dms COMMAND --help\" tells more about a command."
        })
public final class Dms extends DmsCommand {
    private static final Pattern CHOICE =
            Pattern.compile("(.*: expected one of )\\[(.*)] \\(case-insensitive\\) but was '(.*)'");

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean version;

    private Dms(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        commandLine(console()).usage(console().out());
        return Exit.OK;
    }

    /**
     * Runs one command.
     *
     * @return the exit status
     */
    public static int run(Console console, String... args) {
        try {
            return commandLine(console).execute(args);
        } catch (OutOfMemoryError e) {
            console.note(
                    "dms: not enough memory (" + e.getMessage() + "): give the JVM more, as in DMS_JAVA_OPTS=-Xmx4g");
            return Exit.ENVIRONMENT;
        } catch (Error e) {
            return bug(console, e);
        }
    }

    /** The command line with all its commands. */
    static CommandLine commandLine(Console console) {
        CommandLine line = new CommandLine(new Dms(console));
        line.addSubcommand(new BenchCommand(console));
        line.addSubcommand(new CompileCommand(console));
        line.addSubcommand(new TrainCommand(console));
        line.addSubcommand(new ProfileCommand(console));
        line.addSubcommand(new RunCommand(console));
        line.addSubcommand(new ServeCommand(console));
        line.addSubcommand(new ExportCommand(console));
        line.addSubcommand(new InspectCommand(console));
        line.addSubcommand(
                "data", new CommandLine(new DataCommand(console)).addSubcommand(new DataGetCommand(console)));
        line.addSubcommand(
                "schedule",
                new CommandLine(new ScheduleCommand(console))
                        .addSubcommand(new ScheduleSimulateCommand(console))
                        .addSubcommand(new ScheduleRunCommand(console)));
        line.addSubcommand(
                "catalog",
                new CommandLine(new CatalogCommand(console))
                        .addSubcommand(new CatalogBuildCommand(console))
                        .addSubcommand(new CatalogShowCommand(console)));
        line.addSubcommand(
                "select",
                new CommandLine(new SelectCommand(console))
                        .addSubcommand(new SelectTrainCommand(console))
                        .addSubcommand(new SelectEvaluateCommand(console))
                        .addSubcommand(new SelectExplainCommand(console))
                        .addSubcommand(new SelectRunCommand(console)));
        line.addSubcommand(
                "engines",
                new CommandLine(new EnginesCommand(console))
                        .addSubcommand(new EnginesListCommand.Show(console))
                        .addSubcommand(new EnginesBuildCommand(console))
                        .addSubcommand(new EnginesListCommand.Verify(console))
                        .addSubcommand(new EnginesPruneCommand(console)));
        line.addSubcommand(new MonitorCommand(console));
        line.addSubcommand(new DoctorCommand(console));
        line.addSubcommand(new CompletionCommand(console));
        line.addSubcommand(new HelpCommand(console));
        configure(line, console);
        return line;
    }

    private static void configure(CommandLine line, Console console) {
        line.setOut(console.out());
        line.setErr(console.err());
        line.registerConverter(Path.class, new Converters.Place());
        line.setHelpFactory(WholeWords::new);
        line.setUsageHelpWidth(Math.min(Console.COLUMNS, console.columns()));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(colours()));
        line.setParameterExceptionHandler((e, args) -> badArguments(console, e));
        line.setExecutionExceptionHandler((e, command, parsed) -> failed(console, e));
    }

    private static Ansi colours() {
        boolean wanted = System.getenv("NO_COLOR") == null && Boolean.getBoolean("dms.colours");
        return wanted ? Ansi.ON : Ansi.OFF;
    }

    private static int badArguments(Console console, ParameterException e) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        String message = oneLine(String.valueOf(e.getMessage()));
        if (e instanceof UnmatchedArgumentException unmatched) {
            message = unknown(unmatched);
        } else if (e instanceof MissingParameterException) {
            message = message.replace("'", "")
                    .replaceFirst(
                            "^Missing required parameter for option (-[\\w-]+) \\((.*)\\)$", "$1 needs a value, $2")
                    .replaceFirst("^Missing required [a-z ]+: ", "missing ");
        } else {
            message = plain(message);
        }
        console.note("dms: " + message + "; see \"" + command + " --help\"");
        return Exit.USER;
    }

    /** Without picocli's names for Java's types. */
    private static String plain(String message) {
        String plain = message.replaceFirst("^Invalid value for option '([^']+)'(?: \\([^)]*\\))?: ", "$1: ")
                .replaceFirst("^Invalid value for positional parameter at index \\d+ \\(([^)]*)\\): ", "$1: ")
                .replaceFirst("'([^']*)' is not an? (int|long)$", "\"$1\" is not a whole number")
                .replaceFirst("'([^']*)' is not a double$", "\"$1\" is not a number");
        Matcher choice = CHOICE.matcher(plain);
        return choice.matches()
                ? choice.group(1) + choice.group(2).toLowerCase(Locale.ROOT) + ", and not \"" + choice.group(3) + "\""
                : plain;
    }

    private static String unknown(UnmatchedArgumentException e) {
        String argument = e.getUnmatched().get(0);
        boolean command =
                !e.isUnknownOption() && !e.getCommandLine().getSubcommands().isEmpty();
        List<String> near = command
                ? Nearest.to(argument, e.getCommandLine().getSubcommands().keySet())
                : new ArrayList<>(e.getSuggestions());
        String what = e.isUnknownOption() ? "unknown option " : command ? "unknown command " : "unexpected argument ";
        return what + argument + (near.isEmpty() ? "" : ", did you mean " + String.join(" or ", near) + "?");
    }

    private static int failed(Console console, Exception e) {
        if (e instanceof DmsException known) {
            console.note("dms: " + oneLine(String.valueOf(known.getMessage())));
            return known.exitStatus();
        }
        return bug(console, e);
    }

    private static int bug(Console console, Throwable e) {
        console.note("dms: this is a bug in DMS " + Version.dms() + "; please report it with the lines below");
        e.printStackTrace(console.err());
        return Exit.BUG;
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
