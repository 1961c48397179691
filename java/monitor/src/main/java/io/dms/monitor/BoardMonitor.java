package io.dms.monitor;

import io.dms.model.UserException;
import io.dms.monitor.MonitorEvent.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a board does now, did in the last minute, and what energy that took. Opens whatever sources the machine has, asks
 * each at a fixed rate on a thread of its own, and keeps the samples in rings, so that nobody who asks ever waits for a
 * device: values age, and become {@link Absence#TIMED_OUT} while a device does not answer.
 *
 * <p>Sources are listed in order of trust: {@value #TRUST}, then others. Where two measure the same, both are listed, and
 * the first that has a rule for total power gives the total. All methods may be called from any thread; listeners are
 * called on the monitor's own thread, one after the other.
 *
 * <pre>
 * try (BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT)) {
 *     monitor.start();
 *     try (EnergyWindow window = monitor.energy()) {
 *         work();
 *         window.close();
 *         System.out.println(window.joules() + " J, " + window.scope());
 *     }
 * }
 * </pre>
 */
public final class BoardMonitor implements AutoCloseable {
    /** What {@link #refusals()} says first of a name that no source has, on any machine. */
    public static final String NO_SUCH_SOURCE = "there is no source of this name";

    /** The order of trust, most trusted first. */
    static final String TRUST = "recording, jetson, nvml, rapl, tegrastats, os";

    private static final long TICK_NANOS = 500_000_000L;

    private final MonitorOptions options;
    private final String board;
    private final List<Lane> lanes = new ArrayList<>();
    private final Map<String, String> refusals;
    private final List<Sensor> sensors;
    private final int[] offsets;
    private final int totalLane;
    private final @Nullable TotalPower total;
    private final TimeWatch time;

    private final EventDesk desk = new EventDesk();
    private final boolean[] hung;
    private volatile @Nullable Thread keeper;
    private volatile boolean closed;

    private BoardMonitor(MonitorOptions options, List<MonitorSource> sources, Map<String, String> refusals) {
        this.options = options;
        this.refusals = Collections.unmodifiableMap(refusals);
        this.board = sources.stream()
                .map(MonitorSource::board)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> Boards.name(new SystemFiles(options.root())));
        List<Sensor> all = new ArrayList<>();
        offsets = new int[sources.size() + 1];
        int first = -1;
        TotalPower rule = null;
        for (MonitorSource source : sources) {
            Lane lane = new Lane(source, options, this::post);
            int offset = all.size();
            if (first < 0 && (lane.total != null || lane.energy != null)) {
                first = lanes.size();
                rule = moved(lane.total == null ? lane.energy : lane.total, offset);
            }
            lanes.add(lane);
            all.addAll(lane.sensors);
            offsets[lanes.size()] = all.size();
        }
        sensors = List.copyOf(all);
        totalLane = first;
        total = rule;
        hung = new boolean[lanes.size()];
        time = new TimeWatch(
                options.root(), Math.max(TICK_NANOS, options.interval().toNanos()));
    }

    private static @Nullable TotalPower moved(@Nullable TotalPower rule, int by) {
        return rule == null
                ? null
                : new TotalPower(rule.sensors().stream().map(i -> i + by).toList(), rule.scope(), rule.rule());
    }

    // ---- opening and closing ----

    /**
     * Opens every source that this machine has, or those that the options name. Having none is no failure:
     * {@link #refusals()} says why. Nothing is sampled before {@link #start()} or {@link #sampleNow()}.
     */
    public static BoardMonitor open(MonitorOptions options) {
        List<MonitorProvider> providers = new ArrayList<>();
        ServiceLoader.load(MonitorProvider.class).forEach(providers::add);
        return open(options, providers);
    }

    /** The same with the given providers instead of those on the class path. */
    public static BoardMonitor open(MonitorOptions options, List<MonitorProvider> providers) {
        OpenedSources opened = OpenedSources.of(options, providers);
        return new BoardMonitor(options, opened.sources(), opened.refusals());
    }

    /** Starts the threads; does nothing where they run already. */
    public synchronized void start() {
        if (closed || keeper != null) {
            return;
        }
        lanes.forEach(Lane::start);
        Thread t = new Thread(this::keep, "dms-monitor");
        t.setDaemon(true);
        keeper = t;
        t.start();
    }

    /** Stops the threads, waits for those that can stop, and closes the sources. */
    @Override
    public void close() {
        Thread t;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            t = keeper;
        }
        lanes.forEach(Lane::close);
        if (t == null) {
            time.close();
        } else {
            LockSupport.unpark(t);
        }
    }

    // ---- the monitor's own thread: events and time ----

    private void keep() {
        long pause = Math.max(TICK_NANOS, options.interval().toNanos());
        while (!closed) {
            tick();
            LockSupport.parkNanos(this, pause);
        }
        desk.tell();
        time.close();
    }

    private void tick() {
        long now = options.clock().getAsLong();
        if (time.jumped(now)) {
            double slept = time.sleptSeconds();
            double away = slept + time.stoodSeconds();
            if (slept > 0) {
                lanes.forEach(lane -> lane.slept(slept));
            }
            String what = slept > 0 ? "the machine slept for %.1f s" : "the monitor stood still for %.1f s";
            post(new MonitorEvent(
                    Kind.TIME_JUMPED, now, "time", Double.NaN, away, String.format(java.util.Locale.ROOT, what, away)));
        }
        for (int i = 0; i < hung.length; i++) {
            boolean hangs = lanes.get(i).hangs(now);
            if (hangs != hung[i]) {
                hung[i] = hangs;
                String name = lanes.get(i).source.name();
                post(new MonitorEvent(
                        hangs ? Kind.SENSOR_LOST : Kind.SENSOR_BACK,
                        now,
                        name,
                        Double.NaN,
                        Double.NaN,
                        "the source " + name + (hangs ? " does not answer" : " answers again")));
            }
        }
        desk.tell();
    }

    private void post(MonitorEvent event) {
        Thread t = keeper;
        if (desk.post(event) && t != null) {
            LockSupport.unpark(t);
        }
    }

    /** Calls the listener at each event from now on. What it throws is logged. */
    public void addListener(Consumer<MonitorEvent> listener) {
        desk.add(listener);
    }

    /** Ends that. */
    public void removeListener(Consumer<MonitorEvent> listener) {
        desk.remove(listener);
    }

    /**
     * Says that somebody means to cap clocks: a cap of this height counts as the normal one from now on, so that only
     * what is below it is throttling.
     */
    public void expectCap(Scope scope, double hertz) {
        lanes.forEach(lane -> lane.expectCap(scope, hertz));
    }

    // ---- samples ----

    /**
     * Asks every source once, in the caller's thread, and tells listeners; for tests and tools that need no threads. Waits
     * as long as devices do.
     */
    public void sampleNow() {
        if (keeper != null || closed) {
            throw new IllegalStateException("the monitor samples by itself, or is closed");
        }
        lanes.forEach(Lane::sampleNow);
        tick();
    }

    /** A snapshot of this monitor's shape, filled. */
    public Snapshot snapshot() {
        Snapshot s = new Snapshot(sensors, offsets, total);
        latest(s);
        return s;
    }

    /** Fills a snapshot with what is known now. Never waits, allocates nothing. */
    public void latest(Snapshot into) {
        if (into.sensors() != sensors) {
            throw new UserException("the snapshot belongs to another monitor: make it by this one's snapshot()");
        }
        into.fill(options.clock().getAsLong(), lanes, totalLane);
    }

    /**
     * Copies the recent values of a sensor, oldest first, at most as many as fit and none older than asked.
     *
     * @param sensor index in {@link #sensors()}
     * @param sinceNanos on the monitor's clock; {@link Long#MIN_VALUE} for all that is kept (about a minute)
     * @param times gets when each was read
     * @param values gets the values, NaN where the sensor was absent
     * @return how many were copied
     */
    public int history(int sensor, long sinceNanos, long[] times, double[] values) {
        int l = laneOf(sensor);
        SampleRing ring = lanes.get(l).ring;
        int room = Math.min(times.length, values.length);
        while (true) {
            long written = ring.written();
            long from = Math.max(ring.oldest(), written - room);
            int n = 0;
            for (long s = from; s < written; s++) {
                if (ring.time(s) >= sinceNanos) {
                    times[n] = ring.time(s);
                    values[n++] = ring.value(s, sensor - offsets[l]);
                }
            }
            if (from >= written || ring.intact(from)) {
                return n;
            }
        }
    }

    /** A cursor over the samples of each source from now on, in the order of {@link #sources()}. */
    public List<SampleCursor> cursors() {
        return lanes.stream().map(SampleCursor::new).toList();
    }

    // ---- energy ----

    /** A window over total power that begins now. Where nothing measures that, the window says so. */
    public EnergyWindow energy() {
        if (totalLane < 0) {
            return EnergyWindow.refused("no source of this machine measures total power", options.clock());
        }
        return lanes.get(totalLane).totalEnergy();
    }

    /** A window over one sensor of power or energy that begins now. */
    public EnergyWindow energy(int sensor) {
        Sensor s = sensors.get(sensor);
        if (s.quantity() != Quantity.POWER && s.quantity() != Quantity.ENERGY) {
            throw new UserException(
                    s.name() + " measures " + s.quantity() + ": energy needs a sensor of POWER or ENERGY");
        }
        int l = laneOf(sensor);
        return lanes.get(l).sensorEnergy(sensor - offsets[l]);
    }

    // ---- what there is ----

    /** The sensors of all sources, most trusted source first; the same list until closing. */
    public List<Sensor> sensors() {
        return sensors;
    }

    /** The name of the source that a sensor belongs to. */
    public String sourceOf(int sensor) {
        return lanes.get(laneOf(sensor)).source.name();
    }

    /** The names of the sources that opened, most trusted first. */
    public List<String> sources() {
        return lanes.stream().map(lane -> lane.source.name()).toList();
    }

    /** Why sources did not open: name and one sentence for each. */
    public Map<String, String> refusals() {
        return refusals;
    }

    /** How total power is made, with indices in {@link #sensors()}; null where nothing measures it. */
    public @Nullable TotalPower total() {
        return total;
    }

    /** The power mode that was seen last, null where there is none or nothing was sampled yet. */
    public @Nullable PowerMode powerMode() {
        return lanes.stream().map(Lane::mode).filter(m -> m != null).findFirst().orElse(null);
    }

    /** What the board calls itself, as in {@code NVIDIA Jetson AGX Orin Developer Kit}. */
    public String board() {
        return board;
    }

    /** With what it was opened. */
    public MonitorOptions options() {
        return options;
    }

    List<Lane> lanes() {
        return lanes;
    }

    private int laneOf(int sensor) {
        for (int l = 0; l < lanes.size(); l++) {
            if (sensor < offsets[l + 1]) {
                return l;
            }
        }
        throw new IndexOutOfBoundsException("sensor " + sensor + " of " + sensors.size());
    }
}
