package io.dms.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ModelCosts;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.monitor.Absence;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import io.dms.runtime.Backend;
import io.dms.runtime.RawCalls;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class BenchmarkTest {
    private static ScalableModel model() {
        Graph graph = Networks.residual(3);
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = DoubleStream.of(1, 0.5)
                .mapToObj(w -> WidthLevels.uniform(groups, w))
                .toList();
        return new ScalableModel("tiny", graph, groups, levels, null, Map.of());
    }

    private static BenchOptions options(boolean others) {
        return new BenchOptions(
                Duration.ofMillis(1),
                Duration.ofMillis(5),
                4,
                SessionOptions.DEFAULT.withThreads(1),
                11,
                others,
                others,
                false,
                false);
    }

    @Test
    void everyLevelMeetsItsOwnModelAndThePeerOftenEnough() {
        ScalableModel model = model();
        try (Benchmark bench = new Benchmark(model, model.levels(), new ReferenceBackend(), options(true))) {
            bench.prepare();
            List<Double> progress = new ArrayList<>();
            Benchmark.Measured m = bench.measure(() -> false, progress::add);
            assertThat(m.levels()).extracting(BenchResult.Level::width).containsExactly(1.0, 0.5);
            assertThat(m.levels()).allSatisfy(l -> {
                assertThat(l.latency().samples()).isGreaterThanOrEqualTo(4);
                assertThat(l.latency().p50())
                        .isPositive()
                        .isLessThanOrEqualTo(l.latency().p99());
                assertThat(l.ownModelRatio()).isPositive();
                assertThat(l.throughputPerSecond()).isCloseTo(1000 / l.latency().mean(), within(1e-6));
                assertThat(l.macs()).isEqualTo(ModelCosts.macs(model.graphAt(model.level(l.width()))));
            });
            assertThat(m.levels().get(1).macs()).isLessThan(m.levels().get(0).macs());
            assertThat(m.peers()).hasSize(2).allSatisfy(p -> {
                assertThat(p.name()).startsWith("onnxruntime ");
                assertThat(p.latency().samples()).isGreaterThanOrEqualTo(4);
            });
            assertThat(m.switches()).isNotNull();
            assertThat(m.allocationBytesPerCall()).isNotNull();
            assertThat(progress).last().isEqualTo(1.0);
            assertThat(bench.startMillis()).isPositive();
        }
    }

    @Test
    void interruptedItKeepsWhatItHas() {
        ScalableModel model = model();
        try (Benchmark bench = new Benchmark(model, model.levels(), new ReferenceBackend(), options(false))) {
            bench.prepare();
            AtomicInteger asked = new AtomicInteger();
            Benchmark.Measured m = bench.measure(() -> asked.incrementAndGet() > 5, p -> {});
            assertThat(m.levels()).isNotEmpty();
            assertThat(m.allocationBytesPerCall()).isNull();
        }
        try (Benchmark bench = new Benchmark(model, model.levels(), new ReferenceBackend(), options(false))) {
            bench.prepare();
            assertThat(bench.measure(() -> true, p -> {}).levels()).isEmpty();
        }
    }

    /** Two made-up levels, the second ten times as slow, whose first call after a switch takes half as long again. */
    @Test
    void aSwitchIsComparedWithSteadyCallsOfItsOwnLevel() {
        int[] last = {-1};
        List<Contestant> levels = List.of(fake(0, 200_000, last), fake(1, 2_000_000, last));
        BenchResult.Switches s =
                Objects.requireNonNull(new SwitchMeasurement(levels).run(1, new Random(1), () -> false));
        assertThat(s.pairs()).isEqualTo(20);
        assertThat(s.firstOverSteadyP50()).isCloseTo(1.5, within(0.3));
    }

    private static Contestant fake(int me, long nanos, int[] last) {
        return new Contestant() {
            @Override
            Object engine() {
                return last;
            }

            @Override
            void call() {
                long wanted = last[0] == me ? nanos : nanos * 3 / 2;
                last[0] = me;
                long start = System.nanoTime();
                while (System.nanoTime() - start < wanted) {
                    Thread.onSpinWait();
                }
            }
        };
    }

    @Test
    void percentilesAreByNearestRank() {
        double[] v = {5, 1, 4, 2, 3, 9, 8, 7, 6, 10};
        assertThat(SwitchMeasurement.percentile(v, 50)).isEqualTo(5);
        assertThat(SwitchMeasurement.percentile(v, 90)).isEqualTo(9);
        assertThat(SwitchMeasurement.percentile(v, 91)).isEqualTo(10);
        assertThat(SwitchMeasurement.percentile(new double[0], 50)).isNaN();
    }

    @Test
    void allocationIsSeen() {
        Contestant clean = fake(0, 1, new int[1]);
        assertThat(Allocation.bytesPerCall(List.of(clean))).isZero();
        byte[][] keep = new byte[1][];
        Contestant wasteful = new Contestant() {
            @Override
            Object engine() {
                return this;
            }

            @Override
            void call() {
                keep[0] = new byte[1000];
            }
        };
        assertThat(Allocation.bytesPerCall(List.of(wasteful))).isBetween(1000L, 1100L);
    }

    /** The reference backend, whose sessions can be called without DMS around them; notes what is asked of them. */
    private static Backend raw(List<String> asked) {
        Backend reference = new ReferenceBackend();
        return (Backend) proxy(Backend.class, Backend.class, (self, method, arguments) -> {
            if (!method.getName().equals("open")) {
                return method.invoke(reference, arguments);
            }
            Session inner = reference.open((ScalableModel) arguments[0], (SessionOptions) arguments[1]);
            FloatBuffer[] in = Buffers.random(inner.model().graph().inputs(), 1, 1);
            FloatBuffer[] out = Buffers.zeros(inner.model().graph().outputs(), 1);
            return proxy(Session.class, RawCalls.class, (me, called, given) -> {
                if (called.isDefault()) {
                    return InvocationHandler.invokeDefault(me, called, given);
                }
                if (called.getName().equals("raw")) {
                    return (Runnable) () -> inner.run((WidthLevel) given[0], in, out);
                }
                if (List.of("prepare", "run").contains(called.getName())) {
                    asked.add(called.getName() + " " + ((WidthLevel) given[0]).name());
                }
                return called.invoke(inner, given);
            });
        });
    }

    private static Object proxy(Class<?> one, Class<?> other, InvocationHandler calls) {
        Class<?>[] types = one.equals(other) ? new Class<?>[] {one} : new Class<?>[] {one, other};
        return Proxy.newProxyInstance(BenchmarkTest.class.getClassLoader(), types, calls);
    }

    private static BenchOptions rawOptions(boolean warmAll) {
        return new BenchOptions(
                Duration.ofMillis(1), Duration.ofMillis(5), 4, SessionOptions.DEFAULT, 11, false, false, true, warmAll);
    }

    @Test
    void theLibrarysOwnCallIsMeasuredBesideOursOnTheSameEngine() {
        ScalableModel model = model();
        try (Benchmark bench = new Benchmark(model, model.levels(), raw(new ArrayList<>()), rawOptions(false))) {
            bench.prepare();
            List<BenchResult.Peer> peers =
                    bench.measure(() -> false, share -> {}).peers();
            assertThat(peers).hasSize(2).allSatisfy(p -> {
                assertThat(p.name()).isEqualTo("trtexec-style raw call");
                assertThat(p.ratioP50()).isPositive();
                assertThat(p.latency().samples()).isGreaterThanOrEqualTo(4);
            });
        }
    }

    @Test
    void aBackendWithoutRawCallsRefusesThatPeer() {
        ScalableModel model = model();
        try (Benchmark bench = new Benchmark(model, model.levels(), new ReferenceBackend(), rawOptions(false))) {
            assertThatThrownBy(bench::prepare)
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("it goes with --backend tensorrt and not with reference");
        }
    }

    @Test
    void warmLevelsAreReadyBeforeTheFirstInference() {
        ScalableModel model = model();
        List<String> all = new ArrayList<>();
        new Benchmark(model, model.levels(), raw(all), rawOptions(true)).close();
        assertThat(all).containsExactly("prepare 1.00", "prepare 0.50", "run 1.00");
        List<String> first = new ArrayList<>();
        new Benchmark(model, model.levels(), raw(first), rawOptions(false)).close();
        assertThat(first).containsExactly("run 1.00");
    }

    @Test
    void impossibleOptionsAreRefused() {
        assertThatThrownBy(() -> new BenchOptions(
                        Duration.ZERO, Duration.ZERO, 1, SessionOptions.DEFAULT, 0, false, false, false, false))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--duration");
        assertThatThrownBy(() -> new BenchOptions(
                        Duration.ZERO, Duration.ofSeconds(1), 0, SessionOptions.DEFAULT, 0, false, false, false, false))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--iterations");
    }

    /** A sensor that says the same power for ever, every few milliseconds. */
    private static MonitorProvider constant(double watts) {
        return new MonitorProvider() {
            @Override
            public String name() {
                return "constant";
            }

            @Override
            public Opening open(MonitorOptions options) {
                return Opening.of(new MonitorSource() {
                    @Override
                    public String name() {
                        return "constant";
                    }

                    @Override
                    public List<Sensor> sensors() {
                        return List.of(new Sensor("VDD", Quantity.POWER, Scope.MODULE, 5_000_000, "test"));
                    }

                    @Override
                    public void sample(SampleSink sink) {
                        if (Double.isNaN(watts)) {
                            sink.absent(0, Absence.FORBIDDEN);
                        } else {
                            sink.value(0, watts);
                        }
                    }

                    @Override
                    public TotalPower totalPower() {
                        return new TotalPower(List.of(0), Scope.MODULE, "VDD");
                    }

                    @Override
                    public void close() {}
                });
            }
        };
    }

    private static List<BenchResult.Level> withEnergy(double watts) {
        ScalableModel model = model();
        MonitorOptions fast = MonitorOptions.DEFAULT.withInterval(Duration.ofMillis(5));
        try (Benchmark bench = new Benchmark(model, model.levels(), new ReferenceBackend(), options(false));
                BoardMonitor monitor = BoardMonitor.open(fast, List.of(constant(watts)))) {
            bench.prepare();
            List<BenchResult.Level> rows =
                    bench.measure(() -> false, share -> {}).levels();
            monitor.start();
            return bench.measureEnergy(rows, monitor, () -> false, done -> {});
        }
    }

    @Test
    void energyOfACallIsPowerTimesTimeOverCallsAndNamesItsScope() {
        assertThat(withEnergy(5)).hasSize(2).allSatisfy(l -> {
            BenchResult.Energy e = Objects.requireNonNull(l.energy());
            assertThat(e.scope()).isEqualTo("module");
            assertThat(e.absent()).isNull();
            double expected = 5000 * e.seconds() / e.calls();
            assertThat(e.millijoules()).isCloseTo(expected, within(0.01 * expected));
        });
    }

    @Test
    void energyThatNobodyGaveIsAbsentWithAReason() {
        assertThat(withEnergy(Double.NaN)).hasSize(2).allSatisfy(l -> {
            BenchResult.Energy e = Objects.requireNonNull(l.energy());
            assertThat(e.millijoules()).isNull();
            assertThat(e.absent()).contains("no permission");
        });
    }
}
