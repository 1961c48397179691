package io.dms.cli.bench;

import io.dms.cli.machine.ProcessAge;
import io.dms.model.Graph;
import io.dms.model.LevelExport;
import io.dms.model.ModelCosts;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.OnnxImporter;
import io.dms.model.onnx.OnnxWriter;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.SystemFiles;
import io.dms.runtime.Backend;
import io.dms.runtime.RawCalls;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures all levels of a model, each one's own model and its export in ONNX Runtime, all in one process and
 * interleaved, so that drift of clocks and load meets all of them alike. Owns its sessions until it is closed. Not
 * thread-safe.
 */
public final class Benchmark implements AutoCloseable {
    private final ScalableModel model;
    private final List<WidthLevel> levels;
    private final Backend backend;
    private final BenchOptions options;
    private final Session session;
    private final Random random;
    private final FloatBuffer[] inputs;
    private final FloatBuffer[] outputs;
    private final List<AutoCloseable> owned = new ArrayList<>();
    private final List<Session> ownSessions = new ArrayList<>();
    private final List<Turn> turns = new ArrayList<>();
    private final List<Contestant> steady = new ArrayList<>();
    private final List<@Nullable Turn> pairs = new ArrayList<>();
    private final List<@Nullable OnnxRuntimePeer> peers = new ArrayList<>();
    private final List<@Nullable Turn> raw = new ArrayList<>();
    private final @Nullable Double startMillis;

    /**
     * Opens the session and runs the first inference.
     *
     * @param levels what to measure, widest first
     */
    public Benchmark(ScalableModel model, List<WidthLevel> levels, Backend backend, BenchOptions options) {
        this.model = model;
        this.levels = List.copyOf(levels);
        this.backend = backend;
        this.options = options;
        this.random = new Random(options.seed());
        int batch = options.session().batch();
        inputs = Buffers.random(model.graph().inputs(), batch, options.seed());
        outputs = Buffers.zeros(model.graph().outputs(), batch);
        session = backend.open(model, options.session());
        owned.add(session);
        if (options.warmAll()) {
            session.prepareAll(levels);
        }
        session.run(levels.get(0), inputs, outputs);
        startMillis = ProcessAge.millis(SystemFiles.ofThisMachine());
    }

    /** From the start of the process to the end of the first inference, or null where the system does not tell. */
    public @Nullable Double startMillis() {
        return startMillis;
    }

    /** The session that runs the levels. */
    public Session session() {
        return session;
    }

    /** Prepares every level and builds every other contestant. */
    public void prepare() {
        for (WidthLevel level : levels) {
            session.prepare(level);
            SessionContestant contestant = new SessionContestant(session, level, inputs, outputs);
            steady.add(contestant);
            turns.add(Turn.steady(contestant));
            byte[] export = options.onnxRuntime() || options.ownModels() ? export(level) : new byte[0];
            pairs.add(options.ownModels() ? pair(level, export) : null);
            peers.add(options.onnxRuntime() ? peer(export) : null);
            raw.add(options.rawCalls() ? raw(contestant, level) : null);
        }
    }

    /** The level's export, read back as anybody's model would be. */
    private static Graph ownModel(WidthLevel level, byte[] export) {
        return OnnxImporter.read(ByteBuffer.wrap(export), "export at width " + level.name(), ImportOptions.DEFAULT)
                .graph();
    }

    /** About how long {@link #measure} counts calls, in seconds, at least 1. */
    public long plannedSeconds() {
        long contestants = turns.stream().mapToLong(t -> t.contestants().size()).sum();
        return Math.max(1, contestants * options.duration().toMillis() / 1000);
    }

    private byte[] export(WidthLevel level) {
        return OnnxWriter.toBytes(LevelExport.graph(model, level), Map.of(), Map.of());
    }

    private Turn pair(WidthLevel level, byte[] export) {
        ScalableModel own = ScalableModel.plain(ownModel(level, export));
        Session ownSession = backend.open(own, options.session());
        owned.add(ownSession);
        ownSessions.add(ownSession);
        ownSession.prepare(own.full());
        Turn turn = Turn.pair(
                new SessionContestant(session, level, inputs, outputs),
                new SessionContestant(ownSession, own.full(), inputs, outputs),
                random);
        turns.add(turn);
        return turn;
    }

    /** Call by call in turn with the level's own, on the same engine and memory. */
    private Turn raw(SessionContestant ours, WidthLevel level) {
        if (!(session instanceof RawCalls calls)) {
            throw new UserException(
                    "--peer trtexec calls TensorRT's engines without DMS: it goes with --backend tensorrt"
                            + " and not with " + backend.name());
        }
        Contestant again = new SessionContestant(session, level, inputs, outputs);
        Turn turn = Turn.pair(again, new RawContestant(ours.engine(), calls.raw(level)), random);
        turns.add(turn);
        return turn;
    }

    private OnnxRuntimePeer peer(byte[] export) {
        SessionOptions resolved = session.options();
        OnnxRuntimePeer peer =
                new OnnxRuntimePeer(export, model.graph(), resolved.batch(), resolved.threads(), inputs, outputs);
        owned.add(peer);
        turns.add(Turn.steady(peer));
        return peer;
    }

    /**
     * Measures everything but accuracy.
     *
     * @param cancelled asked often; what was measured until then is kept
     * @param progress told the share that is done
     */
    public Measured measure(BooleanSupplier cancelled, DoubleConsumer progress) {
        Clocks clocks = new Clocks(SystemFiles.ofThisMachine());
        Rounds rounds = new Rounds(turns, options, random, cancelled);
        rounds.warmUp();
        rounds.run(progress, clocks);
        BenchResult.Switches switches =
                new SwitchMeasurement(steady).run(options.duration().toNanos(), random, cancelled);
        Long allocation = cancelled.getAsBoolean() ? null : Allocation.bytesPerCall(steady);
        List<BenchResult.Level> rows = new ArrayList<>();
        List<BenchResult.Peer> others = new ArrayList<>();
        for (int i = 0; i < levels.size(); i++) {
            if (steady.get(i).recorder().count() > 0) {
                BenchResult.Level row = row(i);
                rows.add(row);
                OnnxRuntimePeer peer = peers.get(i);
                if (peer != null && peer.recorder().count() > 0) {
                    Latency theirs = Latency.of(peer.recorder());
                    others.add(new BenchResult.Peer(
                            OnnxRuntimePeer.describe(),
                            row.width(),
                            theirs,
                            row.latency().p50() / theirs.p50()));
                }
                Turn pair = raw.get(i);
                Double ratio = pairRatio(pair);
                if (pair != null && ratio != null) {
                    Contestant theirs = pair.contestants().get(1);
                    others.add(new BenchResult.Peer(
                            RawContestant.NAME, row.width(), Latency.of(theirs.recorder()), ratio));
                }
            }
        }
        return new Measured(rows, others, switches, allocation, clocks.warning());
    }

    /**
     * Adds the energy of each level, one after the other.
     *
     * @param rows what {@link #measure} found
     * @param monitor a started one that measures total power
     * @param progress told how many levels are done
     */
    public List<BenchResult.Level> measureEnergy(
            List<BenchResult.Level> rows, BoardMonitor monitor, BooleanSupplier cancelled, LongConsumer progress) {
        EnergyMeasurement measurement = new EnergyMeasurement(monitor);
        List<BenchResult.Level> out = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            BenchResult.Energy energy = cancelled.getAsBoolean()
                    ? null
                    : measurement.of(
                            steady.get(i),
                            options.session().batch(),
                            options.duration().toNanos(),
                            cancelled);
            out.add(energy == null ? rows.get(i) : rows.get(i).withEnergy(energy));
            progress.accept(i + 1);
        }
        return out;
    }

    /**
     * What {@link #measure} found.
     *
     * @param clockWarning a warning about clocks that moved, or null
     */
    public record Measured(
            List<BenchResult.Level> levels,
            List<BenchResult.Peer> peers,
            BenchResult.@Nullable Switches switches,
            @Nullable Long allocationBytesPerCall,
            @Nullable String clockWarning) {}

    private BenchResult.Level row(int i) {
        WidthLevel level = levels.get(i);
        Graph graph = LevelExport.graph(model, level);
        Latency latency = Latency.of(steady.get(i).recorder());
        return new BenchResult.Level(
                level.name(),
                level.width(),
                ModelCosts.macs(graph),
                ModelCosts.parameters(graph),
                ModelCosts.weightBytes(graph),
                latency,
                1000.0 * options.session().batch() / latency.mean(),
                null,
                null,
                null,
                pairRatio(pairs.get(i)));
    }

    private static @Nullable Double pairRatio(@Nullable Turn pair) {
        if (pair == null || pair.contestants().get(0).recorder().count() == 0) {
            return null;
        }
        return pair.contestants().get(0).recorder().percentileMillis(50)
                / pair.contestants().get(1).recorder().percentileMillis(50);
    }

    /** Packed weights that the own models hold together, or null where there are none. */
    public @Nullable Long separateModelsBytes() {
        return ownSessions.isEmpty()
                ? null
                : ownSessions.stream().mapToLong(Session::weightBytes).sum();
    }

    @Override
    public void close() {
        for (int i = owned.size() - 1; i >= 0; i--) {
            try {
                owned.get(i).close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
