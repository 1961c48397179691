package io.dms.monitor.jetson;

import io.dms.monitor.Absence;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.PowerMode;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Sensor;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.TotalPower;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@code tegrastats} and hands on its lines. A thread of its own reads them (and makes some garbage for each); a
 * sample only copies the last one. A tool that ends is started again, later each time; one that falls silent leaves its
 * sensors absent.
 */
final class TegrastatsSource implements MonitorSource {
    private static final Logger LOG = LoggerFactory.getLogger(TegrastatsSource.class);
    private static final long MOST_PAUSE_MILLIS = 60_000;
    private static final long KILL_MILLIS = 500;
    private static final long SILENT_NANOS = 2_000_000_000L;

    private final Path tool;
    private final SystemFiles files;
    private final LongSupplier clock;
    private final long intervalMillis;
    private final long pauseMillis;
    private final Thread reader;
    private final CountDownLatch firstLine = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Guards what follows; held for microseconds. */
    private final Object lock = new Object();

    private @Nullable TegrastatsFields fields;
    private double[] latest = new double[0];
    private long latestAt;
    private boolean fresh;
    private boolean ended;
    private @Nullable Process process;

    private List<Sensor> sensors = List.of();
    private @Nullable TotalPower total;

    private TegrastatsSource(
            Path tool, SystemFiles files, LongSupplier clock, long intervalMillis, Duration firstPause) {
        this.tool = tool;
        this.files = files;
        this.clock = clock;
        this.intervalMillis = intervalMillis;
        this.pauseMillis = firstPause.toMillis();
        this.reader = new Thread(this::run, "dms-tegrastats");
        reader.setDaemon(true);
    }

    /**
     * Starts the tool and waits for its first line, which tells what sensors there are; null where none comes in time.
     *
     * @param firstPause how long the first pause is before a tool that ended is started again
     */
    static @Nullable TegrastatsSource open(
            Path tool,
            SystemFiles files,
            LongSupplier clock,
            long intervalMillis,
            Duration patience,
            Duration firstPause) {
        TegrastatsSource source = new TegrastatsSource(tool, files, clock, intervalMillis, firstPause);
        source.reader.start();
        boolean told = false;
        try {
            told = source.firstLine.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        TegrastatsFields found;
        synchronized (source.lock) {
            found = source.fields;
        }
        if (!told || found == null) {
            source.close();
            return null;
        }
        source.sensors = List.copyOf(found.sensors());
        source.total = found.total();
        return source;
    }

    @Override
    public String name() {
        return TegrastatsProvider.NAME;
    }

    @Override
    public List<Sensor> sensors() {
        return sensors;
    }

    @Override
    public void sample(SampleSink sink) {
        synchronized (lock) {
            if (fresh) {
                fresh = false;
                sink.at(latestAt);
                for (int i = 0; i < latest.length; i++) {
                    Absence why = TegrastatsFields.why(latest[i]);
                    if (why == null) {
                        sink.value(i, latest[i]);
                    } else {
                        sink.absent(i, why);
                    }
                }
            } else if (ended || clock.getAsLong() - latestAt > SILENT_NANOS + 3_000_000L * intervalMillis) {
                Absence why = ended ? Absence.GONE : Absence.TIMED_OUT;
                for (int i = 0; i < latest.length; i++) {
                    sink.absent(i, why);
                }
            }
        }
    }

    @Override
    public @Nullable TotalPower totalPower() {
        return total;
    }

    @Override
    public @Nullable PowerMode powerMode() {
        PowerModes modes = PowerModes.read(files);
        return modes == null ? null : modes.active();
    }

    @Override
    public void close() {
        stopped.countDown();
        Process running;
        synchronized (lock) {
            running = process;
        }
        if (running != null) {
            kill(running);
        }
        reader.interrupt();
    }

    private static void kill(Process running) {
        running.destroy();
        try {
            if (!running.waitFor(KILL_MILLIS, TimeUnit.MILLISECONDS)) {
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long pause = pauseMillis;
        try {
            do {
                pause = runOnce() ? pauseMillis : Math.min(MOST_PAUSE_MILLIS, 2 * pause);
            } while (!stopped.await(pause, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            LOG.debug("no longer reading {}", tool);
        }
    }

    /** Runs the tool until it ends; true where it said anything. */
    private boolean runOnce() {
        boolean told = false;
        try {
            Process running = new ProcessBuilder(tool.toString(), "--interval", Long.toString(intervalMillis))
                    .redirectErrorStream(true)
                    .start();
            synchronized (lock) {
                process = running;
            }
            if (stopped.getCount() == 0) {
                kill(running);
                return false;
            }
            running.getOutputStream().close();
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(running.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                    TegrastatsLine line = TegrastatsParser.parse(text);
                    if (line != null) {
                        told = true;
                        take(line);
                    }
                }
            } finally {
                kill(running);
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("reading {} failed", tool, e);
        }
        synchronized (lock) {
            ended = true;
        }
        return told;
    }

    private void take(TegrastatsLine line) {
        synchronized (lock) {
            TegrastatsFields known = fields;
            if (known == null) {
                known = new TegrastatsFields(line, 1_000_000L * intervalMillis);
                latest = new double[known.sensors().size()];
                fields = known;
            }
            known.read(line, latest);
            latestAt = clock.getAsLong();
            fresh = true;
            ended = false;
        }
        firstLine.countDown();
    }
}
