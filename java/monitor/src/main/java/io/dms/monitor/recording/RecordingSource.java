package io.dms.monitor.recording;

import io.dms.monitor.Absence;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.PowerMode;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives what one source of a recording gave, each sample as long after opening as it was after the recording began.
 * Behind its end everything is {@link Absence#GONE}. Lines that are no samples, as the last one after a crash, are left
 * out. Reads as it goes, so that a recording may be larger than memory; unlike sources of devices it allocates.
 */
final class RecordingSource implements MonitorSource {
    private static final Logger LOG = LoggerFactory.getLogger(RecordingSource.class);
    private static final int MOST_LINE_CHARS = 4 << 20;

    private final Header header;
    private final Header.Source me;
    private final int index;
    private final int[] sensors;
    private final LongSupplier clock;
    private final long begin;
    private final SampleLine line = new SampleLine();
    private @Nullable BufferedReader reader;
    private boolean waiting;
    private long lastNanos = -1;
    private int badLines;
    private @Nullable PowerMode mode;

    RecordingSource(Header header, int index, Path samples, LongSupplier clock, long begin) throws IOException {
        this.header = header;
        this.index = index;
        this.me = header.sources().get(index);
        this.sensors =
                header.sources().stream().mapToInt(s -> s.sensors().size()).toArray();
        this.clock = clock;
        this.begin = begin;
        CharsetDecoder lenient = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        this.reader = new BufferedReader(new java.io.InputStreamReader(Files.newInputStream(samples), lenient));
        waiting = next();
    }

    @Override
    public String name() {
        return me.name();
    }

    @Override
    public List<Sensor> sensors() {
        return me.sensors();
    }

    @Override
    public void sample(SampleSink sink) {
        long now = clock.getAsLong();
        if (!waiting) {
            for (int i = 0; i < me.sensors().size(); i++) {
                sink.absent(i, Absence.GONE);
            }
            return;
        }
        while (waiting && line.nanos <= now - begin) {
            if (line.mode != null) {
                mode = line.mode;
            } else {
                sink.at(begin + line.nanos);
                for (int i = 0; i < line.count; i++) {
                    Absence why = line.reasons[i];
                    if (why == null) {
                        sink.value(i, line.values[i]);
                    } else {
                        sink.absent(i, why);
                    }
                }
            }
            waiting = next();
        }
    }

    /** Goes on to the next line of this source; false at the end. */
    private boolean next() {
        try {
            for (String text = readLine(); text != null; text = readLine()) {
                if (!line.parse(text, sensors)) {
                    badLines++;
                } else if (line.source == index && line.nanos >= lastNanos) {
                    lastNanos = line.nanos;
                    return true;
                }
            }
        } catch (IOException e) {
            LOG.warn("the recording of {} ends early: {}", me.name(), e.toString());
        }
        if (badLines > 1) {
            LOG.warn("{} lines of the recording are no samples and were left out", badLines);
        }
        close();
        return false;
    }

    private @Nullable String readLine() throws IOException {
        BufferedReader in = reader;
        if (in == null) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return text.length() == 0 ? null : text.toString();
            }
            if (text.length() == MOST_LINE_CHARS) {
                throw new IOException("a line of more than " + MOST_LINE_CHARS + " characters");
            }
            text.append((char) c);
        }
        return text.toString();
    }

    @Override
    public long intervalNanos() {
        return me.intervalNanos();
    }

    @Override
    public String board() {
        return header.board();
    }

    @Override
    public @Nullable TotalPower totalPower() {
        return me.total();
    }

    @Override
    public @Nullable TotalPower totalEnergy() {
        return me.energy();
    }

    @Override
    public @Nullable PowerMode powerMode() {
        return mode;
    }

    @Override
    public void close() {
        BufferedReader in = reader;
        reader = null;
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                LOG.debug("closing a recording", e);
            }
        }
    }
}
