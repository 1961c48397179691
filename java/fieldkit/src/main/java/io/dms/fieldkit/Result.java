package io.dms.fieldkit;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.AtomicFile;
import io.dms.model.DmsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Rows of one step, on disk after each of them, whole: what was measured stays whenever the step is ended. */
final class Result {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Path file;
    private final ObjectNode root = JSON.createObjectNode();
    private final ArrayNode rows;
    private int failures;

    Result(Path folder, String step, String shows) throws IOException {
        Files.createDirectories(folder);
        this.folder = folder;
        file = folder.resolve(step + ".json");
        root.put("step", step).put("shows", shows);
        rows = root.putArray("rows");
    }

    /** Where the results of all steps are. */
    Path folder() {
        return folder;
    }

    void note(String key, Object value) {
        root.put(key, String.valueOf(value));
        write();
    }

    void progress(String line) {
        System.out.println("   " + line);
    }

    /** A row, which is written when it is judged or told. */
    Row row(String what) {
        return new Row(what);
    }

    /** One row: what it is about, figures beside it, and the figure that counts, with its bar where it has one. */
    final class Row {
        private final ObjectNode node = JSON.createObjectNode();
        private final StringBuilder line = new StringBuilder();

        private Row(String what) {
            node.put("what", what);
            line.append(String.format(Locale.ROOT, "%-64s", what));
        }

        Row with(String key, double value) {
            put(key, value);
            line.append(' ')
                    .append(key)
                    .append(' ')
                    .append(Report.number(value))
                    .append(',');
            return this;
        }

        Row with(String key, String text) {
            node.put(key, text);
            line.append(' ').append(key).append(' ').append(text).append(',');
            return this;
        }

        /** The figure must not be above the bar. A figure that is none (NaN) misses it. */
        void judged(String measure, double value, double bar) {
            boolean good = value <= bar;
            put(measure, value);
            node.put("bar", bar).put("good", good);
            failures += good ? 0 : 1;
            line.append(" %s %s (bar %s)%s"
                    .formatted(measure, Report.number(value), Report.number(bar), good ? "" : "  <--"));
            done();
        }

        /** A figure that answers a question and is held to nothing. */
        void told(String measure, double value) {
            put(measure, value);
            line.append(' ').append(measure).append(' ').append(Report.number(value));
            done();
        }

        /** An answer in words. */
        void told(String measure, String text) {
            node.put(measure, text);
            line.append(' ').append(measure).append(": ").append(text);
            done();
        }

        /** What was not measured is null. */
        private void put(String key, double value) {
            if (Double.isFinite(value)) {
                node.put(key, value);
            } else {
                node.putNull(key);
            }
        }

        private void done() {
            rows.add(node);
            progress(line.toString());
            write();
        }
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
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
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
        AtomicFile.write(
                file, out -> out.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root)));
    }
}
