package io.dms.fieldkit;

import io.dms.model.DmsException;
import java.io.IOException;
import java.nio.file.Path;

/** {@code Main STEP|steps|networks|report}: exit status 1 where a bar is missed, 2 for wrong use, 3 where there is no GPU. */
public final class Main {
    private Main() {}

    /** Runs one step, or names all of them, or writes the report of those that ran. */
    public static void main(String[] args) throws IOException {
        Path out = Path.of(System.getProperty("dms.field.out", "."));
        String what = args.length == 1 ? args[0] : "help";
        switch (what) {
            case "steps" -> Steps.ALL.forEach(s -> System.out.println(s.name()));
            case "help" -> Steps.ALL.forEach(s -> System.out.printf("%-12s %s%n", s.name(), s.shows()));
            case "report" -> Report.write(out);
            case "networks" -> {
                int size = Kit.size(Boolean.getBoolean("dms.field.quick"));
                PeerNetworks.write(out, size, Kit.peers(size));
            }
            default -> System.exit(run(out, what));
        }
    }

    private static int run(Path out, String name) throws IOException {
        Step step = Steps.ALL.stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElse(null);
        if (step == null) {
            System.out.println("there is no step " + name + "; there are: "
                    + String.join(" ", Steps.ALL.stream().map(Step::name).toList()));
            return 2;
        }
        Result result = new Result(out, step.name(), step.shows());
        long seed = Long.getLong("dms.field.seed", System.nanoTime());
        result.note("seed", seed);
        try {
            step.run(new Kit(Boolean.getBoolean("dms.field.quick"), seed, result));
        } catch (DmsException e) {
            result.note("error", String.valueOf(e.getMessage()));
            System.out.println(e.getMessage());
            return e.exitStatus();
        }
        return result.failures() == 0 ? 0 : 1;
    }
}
