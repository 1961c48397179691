package io.dms.monitor.jetson;

import io.dms.monitor.SensorFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Small files that are read once, while a board is explored. */
final class Text {
    private static final int MOST_BYTES = 4096;

    private Text() {}

    /** The file's text without what surrounds it, empty where it is blank, null where it can't be read. */
    static @Nullable String of(Path path) {
        try (SensorFile file = new SensorFile(path, MOST_BYTES)) {
            if (!file.read()) {
                return file.length() > 0 ? "" : null;
            }
            return new String(file.bytes(), 0, file.length(), StandardCharsets.UTF_8)
                    .replace("\0", "")
                    .strip();
        }
    }

    /** The number at the start of a file, as in {@code 32760 ma}; NaN where there is none. */
    static double number(Path path) {
        try (SensorFile file = new SensorFile(path)) {
            return file.readNumber() ? file.number() : Double.NaN;
        }
    }
}
