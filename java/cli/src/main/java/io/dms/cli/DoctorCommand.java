package io.dms.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.machine.Check;
import io.dms.cli.machine.Doctor;
import io.dms.cli.report.Prose;
import io.dms.model.UserException;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.actuate.Actuator;
import io.dms.monitor.actuate.ActuatorOptions;
import io.dms.monitor.actuate.Restored;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dms doctor}: what this machine has and lacks, and what to do. */
@Command(
        name = "doctor",
        description = "Tell what this machine has and lacks, and what to do about it.",
        footer = {
            "",
            "Each line is ok, missing (nothing that works here needs it), warning, or broken, with the cure below it.",
            "Exit status: 0 where the cpu backend works, 3 where it does not or something could not be put back."
        })
final class DoctorCommand extends DmsCommand {
    private static final int LEAST_ROOM = 30;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the findings as JSON; \"-\" for standard output.")
    private @Nullable String json;

    @Option(
            names = "--restore",
            description = "First put back the clocks and the power mode that a killed process left changed.")
    private boolean restore;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "Look at the tree in DIR in place of /, as in a container or a copy of a board's files.")
    private @Nullable Path root;

    DoctorCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        if (root != null && !Files.isDirectory(root)) {
            throw new UserException("--root: there is no folder " + root);
        }
        ActuatorOptions actuation = ActuatorOptions.defaults();
        Doctor doctor = root == null
                ? new Doctor(SystemFiles.ofThisMachine(), System.getenv("LD_LIBRARY_PATH"), actuation)
                : new Doctor(new SystemFiles(root), null, actuation.withRoot(root));
        boolean complete = !restore || restore(root == null ? actuation : actuation.withRoot(root));
        List<Check> checks = doctor.examine();
        if (json != null) {
            JsonFile.write(console(), json, asJson(checks));
        }
        if (!JsonFile.STANDARD_OUTPUT.equals(json)) {
            int width = checks.stream().mapToInt(c -> c.name().length()).max().orElse(0);
            for (Check c : checks) {
                show(String.format("%-7s  %-" + width + "s  ", c.state().word(), c.name()), c.finding());
                if (c.remedy() != null) {
                    show(" ".repeat(11 + width), "-> " + c.remedy());
                }
            }
        }
        boolean broken = checks.stream().anyMatch(c -> c.state() == Check.State.BROKEN);
        return broken || !complete ? Exit.ENVIRONMENT : Exit.OK;
    }

    /** Broken at blanks where a terminal would break it anywhere. */
    private void show(String head, String text) {
        List<String> lines = Prose.within(text, Math.max(LEAST_ROOM, console().room() - head.length()));
        console().print(head + lines.get(0));
        lines.stream().skip(1).forEach(l -> console().print(" ".repeat(head.length()) + l));
    }

    /** True where all is as it was. */
    private boolean restore(ActuatorOptions actuation) {
        Restored restored = Actuator.restoreLeftOver(actuation.permit(true));
        if (restored.lines().isEmpty()) {
            console().note("nothing to put back");
        }
        restored.lines().forEach(console()::note);
        return restored.complete();
    }

    private static ObjectNode asJson(List<Check> checks) {
        ObjectNode root = JsonFile.object();
        root.put("schema", 1);
        root.put("tool", "dms");
        root.put("version", Version.dms());
        for (Check c : checks) {
            ObjectNode node = root.withArray("checks").addObject();
            node.put("name", c.name());
            node.put("state", c.state().word());
            node.put("finding", c.finding());
            node.put("remedy", c.remedy());
        }
        return root;
    }
}
