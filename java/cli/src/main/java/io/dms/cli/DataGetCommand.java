package io.dms.cli;

import io.dms.cli.data.DataSet;
import io.dms.cli.data.Fetcher;
import io.dms.cli.data.Install;
import io.dms.cli.machine.Folders;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms data get}: fetches a public data set, checks its digest, unpacks it. */
@Command(
        name = "get",
        description = {
            "Fetch a public data set by its official address, check its digest, and unpack it.",
            "An attempt that broke off goes on where it stopped."
        },
        footer = {"", "Known: cifar10 (CIFAR-10 by Alex Krizhevsky, 170 MB)."})
final class DataGetCommand extends DmsCommand {
    @Parameters(paramLabel = "NAME", description = "Which data set.")
    private String name = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            description = "Where to put it (default: ~/.local/share/dms/data/NAME).")
    private @Nullable Path output;

    @Option(
            names = "--from",
            paramLabel = "URL",
            description = "Fetch from a mirror instead; the digest must be the same.")
    private @Nullable URI from;

    DataGetCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        DataSet named = DataSet.named(name);
        DataSet set = from == null ? named : named.at(checked(from));
        Path folder = output == null ? Folders.data().resolve(name) : output;
        Install install = new Install(set, folder);
        if (install.isComplete()) {
            console().note(set.title() + " is there already");
            console().print(folder.toString());
            return Exit.OK;
        }
        install.check();
        console().note("fetching " + set.title() + " from " + set.address());
        boolean whole;
        try (Progress progress = console().progress("fetching", "MB", set.bytes() / 1_000_000)) {
            Fetcher fetcher = new Fetcher(bytes -> progress.at(bytes / 1_000_000), console()::cancelled);
            whole = install.run(fetcher);
        }
        if (!whole) {
            console().note("stopped; run the command again to go on where it stopped");
            return Exit.INTERRUPTED;
        }
        console().note("checked (MD5 " + set.md5() + ") and unpacked");
        console().print(folder.toString());
        return Exit.OK;
    }

    private static URI checked(URI address) {
        String scheme = String.valueOf(address.getScheme());
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new io.dms.model.UserException("--from must be an http or https address: " + address);
        }
        return address;
    }
}
