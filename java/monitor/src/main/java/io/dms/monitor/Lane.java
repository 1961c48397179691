package io.dms.monitor;

import io.dms.monitor.EnergyWindow.Meter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One source with its thread, its ring of samples, its events and the energy windows that it feeds. A source that hangs
 * stops only its own lane. Totals stand in the ring as two more values behind the sensors.
 */
final class Lane implements SampleSink {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final long RING_NANOS = 60_000_000_000L;
    private static final long MODE_NANOS = 1_000_000_000L;
    private static final long LEAST_HANG_NANOS = 500_000_000L;
    private static final long NONE = Long.MIN_VALUE;

    final MonitorSource source;
    final List<Sensor> sensors;
    final SampleRing ring;
    final long intervalNanos;
    final @Nullable TotalPower total;
    final @Nullable TotalPower energy;

    private final int[] totalOf;
    private final int[] energyOf;
    private final LongSupplier clock;
    private final EventDetector detector;

    /** Held for microseconds, never while a device is read. */
    private final Object feeding = new Object();

    private EnergyWindow[] windows = new EnergyWindow[0];
    private volatile @Nullable PowerMode mode;
    private volatile boolean throttled;
    private volatile long busySince = NONE;
    private volatile boolean stopped;

    private @Nullable Thread thread;
    private boolean closed;
    private boolean complained;
    private long modeAt = NONE;
    private long stamp = NONE;
    private long lastStamp = NONE;
    private boolean touched;

    Lane(MonitorSource source, MonitorOptions options, Consumer<MonitorEvent> events) {
        this.source = source;
        this.sensors = List.copyOf(source.sensors());
        this.clock = options.clock();
        this.total = source.totalPower();
        this.energy = source.totalEnergy();
        this.totalOf = indices(total);
        this.energyOf = indices(energy);
        // A sensor that does not say how fast it is may be fast.
        long own = sensors.stream().mapToLong(Sensor::intervalNanos).min().orElse(0);
        this.intervalNanos = Math.max(options.interval().toNanos(), Math.max(own, source.intervalNanos()));
        int capacity = (int) Math.min(4096, Math.max(64, RING_NANOS / intervalNanos));
        this.ring = new SampleRing(sensors.size() + 2, capacity);
        this.detector = new EventDetector(source.name(), sensors, events);
    }

    private static int[] indices(@Nullable TotalPower rule) {
        return rule == null
                ? new int[0]
                : rule.sensors().stream().mapToInt(Integer::intValue).toArray();
    }

    // ---- the thread ----

    synchronized void start() {
        if (thread == null && !stopped) {
            Thread t = new Thread(this::loop, "dms-monitor-" + source.name());
            t.setDaemon(true);
            thread = t;
            t.start();
        }
    }

    synchronized boolean started() {
        return thread != null;
    }

    private void loop() {
        long next = System.nanoTime();
        while (!stopped) {
            sampleNow();
            next += intervalNanos;
            long wait = next - System.nanoTime();
            if (wait < -intervalNanos) {
                // Too late for more than one: leave those out instead of making up for them in a burst.
                next = System.nanoTime();
            }
            while (wait > 0 && !stopped) {
                LockSupport.parkNanos(this, wait);
                wait = next - System.nanoTime();
            }
        }
        closeSource();
    }

    /** Ends the thread; the source is closed when its last read came back. */
    void close() {
        stopped = true;
        Thread t;
        synchronized (this) {
            t = thread;
        }
        if (t == null) {
            closeSource();
            return;
        }
        LockSupport.unpark(t);
        try {
            t.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void closeSource() {
        if (!closed) {
            closed = true;
            source.close();
        }
    }

    // ---- one sample ----

    /** Asks the source once. By the lane's thread, or by a caller where there is none. */
    void sampleNow() {
        long begin = clock.getAsLong();
        busySince = begin;
        open(NONE);
        try {
            source.sample(this);
        } catch (RuntimeException | LinkageError e) {
            complain(e);
            open(NONE);
            touched = true;
        }
        long now = clock.getAsLong();
        publish(begin + (now - begin) / 2);
        if (modeAt == NONE || now - modeAt >= MODE_NANOS) {
            modeAt = now;
            readMode(now);
        }
        throttled = detector.throttled();
        busySince = NONE;
    }

    private void complain(Throwable e) {
        if (!complained) {
            complained = true;
            LOG.warn("the source {} failed and is asked again; this is said once", source.name(), e);
        }
    }

    private void readMode(long now) {
        try {
            PowerMode found = source.powerMode();
            synchronized (feeding) {
                detector.see(found, now);
            }
            mode = found;
        } catch (RuntimeException | LinkageError e) {
            complain(e);
        }
    }

    private void open(long at) {
        stamp = at;
        touched = false;
        ring.begin();
    }

    @Override
    public void value(int sensor, double value) {
        touched = true;
        if (Double.isInfinite(value) || Double.isNaN(value)) {
            ring.absent(sensor, Absence.IMPLAUSIBLE);
        } else {
            ring.value(sensor, value);
        }
    }

    @Override
    public void absent(int sensor, Absence why) {
        touched = true;
        ring.absent(sensor, why);
    }

    @Override
    public void at(long nanos) {
        publish(nanos);
        open(nanos);
    }

    private void publish(long otherwise) {
        long at = stamp == NONE ? otherwise : stamp;
        if (!touched || (lastStamp != NONE && at < lastStamp)) {
            return;
        }
        lastStamp = at;
        sum(totalOf, sensors.size());
        sum(energyOf, sensors.size() + 1);
        synchronized (feeding) {
            for (int i = 0; i < sensors.size(); i++) {
                detector.see(i, ring.current(i), ring.currentReason(i), at);
            }
            boolean done = false;
            for (EnergyWindow w : windows) {
                done |= w.accept(at, ring.current(w.fedBy()), ring.currentReason(w.fedBy()));
            }
            ring.commit(at);
            if (done) {
                windows = Arrays.stream(windows).filter(w -> !w.settled()).toArray(EnergyWindow[]::new);
            }
        }
    }

    private void sum(int[] of, int into) {
        if (of.length == 0) {
            ring.absent(into, Absence.NOT_YET);
            return;
        }
        double sum = 0;
        for (int i : of) {
            Absence why = ring.currentReason(i);
            if (why != null) {
                ring.absent(into, why);
                return;
            }
            sum += ring.current(i);
        }
        ring.value(into, sum);
    }

    // ---- energy ----

    /** A window over the total: the counters where they count just now, else the power. */
    EnergyWindow totalEnergy() {
        long last = ring.written() - 1;
        TotalPower counters = energy;
        TotalPower rails = total;
        int n = sensors.size();
        if (counters != null && (rails == null || last < 0 || !Double.isNaN(ring.value(last, n + 1)))) {
            return window(meter(counters, energyOf, true), n + 1);
        }
        return window(meter(Objects.requireNonNull(rails), totalOf, false), n);
    }

    /** A window over one sensor, of power or energy. */
    EnergyWindow sensorEnergy(int i) {
        Sensor s = sensors.get(i);
        boolean counter = s.quantity() == Quantity.ENERGY;
        return window(new Meter(s.name(), s.scope(), counter, s.intervalNanos(), intervalNanos), i);
    }

    private Meter meter(TotalPower rule, int[] of, boolean counter) {
        long slowest = Arrays.stream(of)
                .mapToLong(i -> sensors.get(i).intervalNanos())
                .max()
                .orElse(0);
        return new Meter(rule.rule(), rule.scope(), counter, slowest, intervalNanos);
    }

    private EnergyWindow window(Meter meter, int value) {
        synchronized (feeding) {
            EnergyWindow w = EnergyWindow.of(meter, value, clock);
            long past = ring.written() - 1;
            if (past >= 0 && !Double.isNaN(ring.value(past, value))) {
                w.before(ring.time(past), ring.value(past, value));
            }
            windows = Arrays.copyOf(windows, windows.length + 1);
            windows[windows.length - 1] = w;
            return w;
        }
    }

    /** How many windows it feeds. */
    int openWindows() {
        synchronized (feeding) {
            return windows.length;
        }
    }

    /** The machine slept: the windows that are open miss that time. */
    void slept(double seconds) {
        synchronized (feeding) {
            for (EnergyWindow w : windows) {
                w.slept(seconds);
            }
        }
    }

    /** From now on a cap of this height is what somebody wanted, not throttling. */
    void expectCap(Scope scope, double hertz) {
        synchronized (feeding) {
            detector.expectCap(scope, hertz);
        }
    }

    // ---- what others ask ----

    /** True while a read takes so long that what was read before can no longer be trusted to be there. */
    boolean hangs(long now) {
        long since = busySince;
        return since != NONE && now - since > Math.max(LEAST_HANG_NANOS, 3 * intervalNanos);
    }

    boolean throttled() {
        return throttled;
    }

    @Nullable
    PowerMode mode() {
        return mode;
    }
}
