package io.dms.monitor.recording;

import io.dms.model.UserException;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import io.dms.monitor.MonitorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Replays a folder that a {@link Recorder} wrote: {@code recording:DIR} among the options' sources. Each
 * recorded source becomes a source again, under its own name, with the times that it had.
 */
public final class RecordingProvider implements MonitorProvider {
    private static final String PREFIX = "recording:";
    private static final long MOST_HEADER_BYTES = 16 << 20;

    @Override
    public String name() {
        return "recording";
    }

    @Override
    public Opening open(MonitorOptions options) {
        return openAll(options).get(0);
    }

    @Override
    public List<Opening> openAll(MonitorOptions options) {
        List<Opening> out = new ArrayList<>();
        for (String source : options.sources()) {
            if (source.startsWith(PREFIX)) {
                out.addAll(open(Path.of(source.substring(PREFIX.length())), options));
            }
        }
        return out.isEmpty() ? List.of(Opening.refused("no recording was asked for by recording:DIR")) : out;
    }

    private static List<Opening> open(Path folder, MonitorOptions options) {
        Path file = folder.resolve(Header.FILE);
        try {
            if (Files.size(file) > MOST_HEADER_BYTES) {
                return List.of(Opening.refused(file + " is too large for the head of a recording"));
            }
            Header header = Header.parse(Files.readAllBytes(file), file.toString());
            long now = options.clock().getAsLong();
            List<Opening> out = new ArrayList<>();
            for (int i = 0; i < header.sources().size(); i++) {
                MonitorSource source =
                        new RecordingSource(header, i, folder.resolve(Header.SAMPLES), options.clock(), now);
                out.add(Opening.of(source));
            }
            return out.isEmpty() ? List.of(Opening.refused(file + " names no sources")) : out;
        } catch (UserException e) {
            return List.of(Opening.refused(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            return List.of(Opening.refused("can't read " + file + ": is " + folder + " a recording?"));
        }
    }
}
