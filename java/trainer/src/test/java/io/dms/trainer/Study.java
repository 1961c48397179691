package io.dms.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** What the studies of this package share: where data lies and where lines go. */
final class Study {
    private Study() {}

    /** The folder of networks and data sets. */
    static Path data() {
        String property = System.getProperty("dms.data", System.getenv("DMS_DATA"));
        return Path.of(Objects.requireNonNull(property, "give -Ddms.data"));
    }

    /** The folder with CIFAR-10's training set. */
    static Path training(Path data) {
        return Path.of(System.getProperty("study.train", data.resolve("cifar10").toString()));
    }

    /** Prints a line, and adds it to the CSV file where one is named; a heading only to a new file. */
    static void line(String text) throws IOException {
        System.out.println(text);
        String csv = System.getProperty("study.csv");
        if (csv == null || (Files.exists(Path.of(csv)) && text.contains("seed,"))) {
            return;
        }
        Files.writeString(Path.of(csv), text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
