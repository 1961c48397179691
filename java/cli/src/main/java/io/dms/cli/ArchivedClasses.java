package io.dms.cli;

import io.dms.backend.tensorrt.StartRehearsal;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * What the launcher runs once for the archive of loaded classes: a start that finds TensorRT engines, which goes as far as
 * it can on any machine, and then the command that it names.
 */
final class ArchivedClasses {
    private ArchivedClasses() {}

    /** @param args a command, as of {@link Main} */
    public static void main(String[] args) {
        try {
            rehearse();
        } catch (IOException | RuntimeException e) {
            System.err.println("the archive goes without what finds engines: " + e);
        }
        Main.main(args);
    }

    private static void rehearse() throws IOException {
        Path folder = Files.createTempDirectory("dms-rehearsal");
        try {
            StartRehearsal.run(
                    BundledModels.resnet20Cifar10(), Backends.find("cpu"), folder.resolve("engines"), note -> {});
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(p);
                }
            }
        }
    }
}
