package io.dms.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.machine.Check;
import io.dms.cli.machine.Doctor;
import io.dms.monitor.SystemFiles;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dms doctor}: what this machine has and lacks, and what to do. */
@Command(
        name = "doctor",
        description = "Tell what this machine has and lacks, and what to do about it.",
        footer = {"", "Exit status: 0 where the cpu backend works, 3 where it does not."})
final class DoctorCommand extends DmsCommand {
    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the findings as JSON; \"-\" for standard output.")
    private @Nullable String json;

    DoctorCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        List<Check> checks = new Doctor(SystemFiles.ofThisMachine(), System.getenv("LD_LIBRARY_PATH")).examine();
        if (json != null) {
            JsonFile.write(console(), json, asJson(checks));
        }
        if (!JsonFile.STANDARD_OUTPUT.equals(json)) {
            int width = checks.stream().mapToInt(c -> c.name().length()).max().orElse(0);
            for (Check c : checks) {
                console()
                        .print(String.format(
                                "%-7s  %-" + width + "s  %s", c.state().word(), c.name(), c.finding()));
                if (c.remedy() != null) {
                    console().print(" ".repeat(11 + width) + "-> " + c.remedy());
                }
            }
        }
        return checks.stream().anyMatch(c -> c.state() == Check.State.BROKEN) ? Exit.ENVIRONMENT : Exit.OK;
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
