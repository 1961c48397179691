package io.dms.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.backend.tensorrt.cache.EngineStore;
import io.dms.backend.tensorrt.cache.StoredEngine;
import io.dms.cli.report.EnginesTable;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dms engines list} and {@code verify}: what is in the cache. Neither needs TensorRT. */
abstract class EnginesListCommand extends DmsCommand {
    @Mixin
    private final EnginesOutput output = new EnginesOutput();

    EnginesListCommand(Console console) {
        super(console);
    }

    abstract List<StoredEngine> look(EngineStore store);

    abstract int status(List<StoredEngine> engines);

    @Override
    public Integer call() {
        output.check();
        EngineStore store = output.store();
        List<StoredEngine> engines = store == null ? List.of() : look(store);
        ObjectNode node = output.head();
        node.put("bytes", engines.stream().mapToLong(StoredEngine::bytes).sum());
        EnginesOutput.engines(node.putArray("engines"), engines);
        output.write(
                console(),
                node,
                EnginesTable.lines(
                        engines, output.folder().toString(), console().room()));
        return status(engines);
    }

    /** {@code dms engines list}. */
    @Command(
            name = "list",
            sortOptions = false,
            abbreviateSynopsis = true,
            description = "List the engines that are kept: of which model, level, precision, library and device, how"
                    + " large, when built and used last.",
            footer = {
                "",
                "State: ok; in use by a process, or being built; unusable, with the reason below the table. \"dms"
                        + " engines verify\" reads every byte, this command only the record beside each engine."
            })
    static final class Show extends EnginesListCommand {
        Show(Console console) {
            super(console);
        }

        @Override
        List<StoredEngine> look(EngineStore store) {
            return store.list();
        }

        @Override
        int status(List<StoredEngine> engines) {
            return Exit.OK;
        }
    }

    /** {@code dms engines verify}. */
    @Command(
            name = "verify",
            sortOptions = false,
            abbreviateSynopsis = true,
            description = "Read every engine that is kept and compare all of it with its digest, as is done before each"
                    + " use.",
            footer = {
                "",
                "Exit status: 2 where an engine is unusable. It is never used: it is built anew when it is wanted, and"
                        + " \"dms engines prune\" removes it."
            })
    static final class Verify extends EnginesListCommand {
        Verify(Console console) {
            super(console);
        }

        @Override
        List<StoredEngine> look(EngineStore store) {
            return store.verify();
        }

        @Override
        int status(List<StoredEngine> engines) {
            long bad = engines.stream().filter(e -> e.fault() != null).count();
            if (bad > 0) {
                console()
                        .note("dms: " + bad + " of " + EnginesTable.count(engines.size())
                                + " can't be used and will be built anew: \"dms engines prune\" removes what"
                                + " is broken");
            }
            return bad > 0 ? Exit.USER : Exit.OK;
        }
    }
}
