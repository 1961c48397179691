package io.dms.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.backend.tensorrt.cache.EngineStore;
import io.dms.backend.tensorrt.cache.EngineStore.Prune;
import io.dms.backend.tensorrt.cache.EngineStore.Pruned;
import io.dms.backend.tensorrt.cache.StoredEngine;
import io.dms.cli.report.EnginesTable;
import io.dms.cli.report.Figures;
import io.dms.model.UserException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dms engines prune}: removes engines. Needs no TensorRT. */
@Command(
        name = "prune",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = "Remove engines that can't be used, and others by size, age or all.",
        footer = {
            "",
            "An engine that a process uses now always stays. A cache of several boards or versions shows in \"dms"
                    + " engines list\"; what is not used any more goes with --unused."
        })
final class EnginesPruneCommand extends DmsCommand {
    @Mixin
    private final EnginesOutput output = new EnginesOutput();

    @Option(
            names = "--keep",
            paramLabel = "BYTES",
            converter = Converters.Bytes.class,
            description = "Size that may stay, as in 2GiB: those go that were not used for the longest time.")
    private @Nullable Long keep;

    @Option(names = "--unused", paramLabel = "DAYS", description = "Remove what was not used for so many days.")
    private @Nullable Integer unused;

    @Option(names = "--all", description = "Remove all engines, and the timings of earlier builds.")
    private boolean all;

    @Option(names = "--dry-run", description = "Only tell what would go.")
    private boolean dryRun;

    EnginesPruneCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        output.check();
        if (unused != null && (unused < 0 || unused > 36500)) {
            throw new UserException("--unused is a number of days from 0 to 36500: " + unused);
        }
        Instant since = unused == null ? null : Instant.now().minus(Duration.ofDays(unused));
        EngineStore store = output.store();
        Pruned pruned = store == null
                ? new Pruned(List.of(), List.of(), List.of(), List.of())
                : store.prune(new Prune(keep == null ? Long.MAX_VALUE : keep, since, all, dryRun));
        output.write(console(), json(pruned), lines(pruned));
        return Exit.OK;
    }

    private ObjectNode json(Pruned pruned) {
        ObjectNode node = output.head();
        node.put("dry_run", dryRun);
        node.put("freed_bytes", bytes(pruned.engines()));
        ArrayNode removed = node.putArray("removed");
        for (int i = 0; i < pruned.engines().size(); i++) {
            ObjectNode e = removed.addObject();
            EnginesTable.json(e, pruned.engines().get(i));
            e.put("reason", pruned.reasons().get(i));
        }
        pruned.leftover().forEach(node.putArray("other_files")::add);
        EnginesOutput.engines(node.putArray("kept"), pruned.kept());
        return node;
    }

    private List<String> lines(Pruned pruned) {
        String verb = dryRun ? "would remove " : "removed ";
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < pruned.engines().size(); i++) {
            StoredEngine e = pruned.engines().get(i);
            lines.add(verb + e.name() + " (" + Figures.bytes(e.bytes()) + "): "
                    + pruned.reasons().get(i));
        }
        pruned.leftover().forEach(name -> lines.add(verb + name));
        lines.add(verb + EnginesTable.count(pruned.engines().size()) + ", " + Figures.bytes(bytes(pruned.engines()))
                + "; " + EnginesTable.count(pruned.kept().size()) + ", "
                + Figures.bytes(bytes(pruned.kept())) + (dryRun ? " would stay" : " stay") + " in " + output.folder());
        return lines;
    }

    private static long bytes(List<StoredEngine> engines) {
        return engines.stream().mapToLong(StoredEngine::bytes).sum();
    }
}
