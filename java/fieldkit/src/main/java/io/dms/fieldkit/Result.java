package io.dms.fieldkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.DmsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Rows of one step, on disk after each of them: what was measured stays when the step is ended. */
final class Result {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final ObjectNode root = JSON.createObjectNode();
    private final ArrayNode rows;
    private int failures;

    Result(Path folder, String step) throws IOException {
        Files.createDirectories(folder);
        file = folder.resolve(step + ".json");
        root.put("step", step);
        rows = root.putArray("rows");
    }

    void note(String key, Object value) {
        root.put(key, String.valueOf(value));
        write();
    }

    void progress(String line) {
        System.out.println("   " + line);
    }

    /** One row: what, a measure beside it, and the measure that is judged. */
    void row(String what, String beside, double besideValue, String measure, double value, boolean good) {
        ObjectNode row = rows.addObject();
        row.put("what", what).put(beside, besideValue).put(measure, value).put("good", good);
        failures += good ? 0 : 1;
        progress(String.format(
                Locale.ROOT,
                "%-58s %s %.4g, %s %.4g%s",
                what,
                beside,
                besideValue,
                measure,
                value,
                good ? "" : "  <--"));
        write();
    }

    /** Runs a part; one that fails loses only itself. */
    void attempt(String what, Runnable part) {
        progress(what);
        try {
            part.run();
        } catch (DmsException e) {
            // Arithmetic that this device has not got is no failure.
            boolean absent = e.exitStatus() == 2;
            rows.addObject().put("what", what).put(absent ? "left out" : "error", e.getMessage());
            failures += absent ? 0 : 1;
            progress(what + ": " + e.getMessage());
            write();
        } catch (RuntimeException e) {
            rows.addObject().put("what", what).put("error", e.toString());
            failures++;
            e.printStackTrace();
            progress(what + ": " + e);
            write();
        }
    }

    int failures() {
        return failures;
    }

    private void write() {
        try {
            Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
