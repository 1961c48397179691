package io.dms.serve;

import com.sun.management.OperatingSystemMXBean;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.BenchmarkNetworks;
import io.dms.testkit.GraphBuilder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Throughput of a server on this machine against that of the bare backend, each called by as many callers: bare, callers
 * share one session of one thread for each core; served, clients in a process of their own share one connection or
 * pool and the server has as many such sessions. They take turns, so that drift meets all alike.
 *
 * <p>Clients and server share this machine's cores, so what clients take is missing to the server. Processor time of both
 * processes is told: seconds of the bare backend over those of the server, for one image, are what a server would reach
 * whose clients are elsewhere.
 *
 * <p>Before, each transport is warmed up on a network of the same inputs that does next to nothing, until the compilers of
 * both JVMs are at rest: they need some ten thousand requests, which a network of a real size is not asked in a minute, and
 * until then take more than the requests themselves. What a request to that network takes is what serving takes.
 *
 * <p>Arguments: a model file, {@code -} for the bundled one, {@code mobilenetv2} or {@code resnet50} for
 * a network of that shape at 224 pixels with random weights; images of each request (1), callers (4), rounds (5),
 * seconds of each turn (1.5), most seconds of warming up each transport (60).
 */
public final class ServeThroughput {
    private ServeThroughput() {}

    /** What one way gave in one turn. */
    private record Turn(double rate, double ownCpu, double clientCpu, double compiling) {}

    /** Share of a turn that the compilers of both processes may take together for them to count as at rest. */
    private static final double AT_REST = 0.03;

    /** Runs it. */
    public static void main(String[] args) throws IOException, InterruptedException {
        ScalableModel model = model(args.length == 0 ? "-" : args[0]);
        int batch = args.length > 1 ? Integer.parseInt(args[1]) : 1;
        int callers = args.length > 2 ? Integer.parseInt(args[2]) : 4;
        int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 5;
        double seconds = args.length > 4 ? Double.parseDouble(args[4]) : 1.5;
        double warm = args.length > 5 ? Double.parseDouble(args[5]) : 60;
        var input = model.graph().inputs().get(0);
        long[] sent = Arrays.stream(input.shape().withBatch(batch).dims())
                .asLongStream()
                .toArray();
        List<ModelSpec> models = List.of(
                new ModelSpec("m", model, null, List.of()), new ModelSpec("idle", idle(model), null, List.of()));
        int workers = Runtime.getRuntime().availableProcessors();
        ServerOptions options = ServerOptions.DEFAULT.withPorts(0, 0).withWorkers("cpu", workers, 1);
        List<List<Turn>> all =
                List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        try (InferenceServer server = InferenceServer.open(models, options);
                Bare bare = new Bare(model, workers);
                ServeClients grpc =
                        new ServeClients("grpc://127.0.0.1:" + server.grpcPort(), input.name(), sent, callers);
                ServeClients rest =
                        new ServeClients("http://127.0.0.1:" + server.httpPort(), input.name(), sent, callers)) {
            for (ServeClients c : List.of(grpc, rest)) {
                warmUp(c, warm, batch);
            }
            Turn idleGrpc = served(grpc, "idle", seconds, batch);
            Turn idleRest = served(rest, "idle", seconds, batch);
            all.get(3).add(idleGrpc);
            all.get(4).add(idleRest);
            for (int round = -1; round < rounds; round++) {
                List<Turn> turns = List.of(
                        bare.run(callers, seconds),
                        served(grpc, "m", seconds, batch),
                        served(rest, "m", seconds, batch));
                for (int i = 0; round >= 0 && i < turns.size(); i++) {
                    all.get(i).add(turns.get(i));
                }
            }
        }
        print(model.name(), batch, callers, workers, all);
    }

    /** Until the compilers are at rest, or time is up. */
    private static void warmUp(ServeClients clients, double most, int batch) throws IOException {
        long until = System.nanoTime() + (long) (most * 1e9);
        double compiling = 1;
        while (compiling > AT_REST && System.nanoTime() < until) {
            compiling = served(clients, "idle", 3, batch).compiling();
        }
        if (compiling > AT_REST) {
            System.out.printf(
                    "compilers still took %.2f s a second when warming up ended: figures are too low%n", compiling);
        }
    }

    private static void print(String model, int batch, int callers, int workers, List<List<Turn>> all) {
        System.out.printf(
                "%s, %d images a request, %d callers, %d sessions of one thread; medians of %d turns%n",
                model, batch, callers, workers, all.get(0).size());
        System.out.println(
                "                 images/s  of bare   CPU ms/image  bare's CPU over it   clients' CPU ms/image "
                        + " compilers, s/s");
        String[] names = {"bare backend", "served, gRPC", "served, REST", "idle, gRPC", "idle, REST"};
        for (int i = 0; i < names.length; i++) {
            List<Turn> own = all.get(i);
            List<Turn> bare = all.get(0).subList(0, own.size());
            System.out.printf(
                    "%-14s %10.1f    %5.3f     %10.3f              %5.3f              %10.3f  %14.3f%n",
                    names[i],
                    median(own.stream().mapToDouble(Turn::rate).toArray()),
                    median(ratios(own, bare)),
                    1e3 * median(own.stream().mapToDouble(Turn::ownCpu).toArray()),
                    median(cpuRatios(bare, own)),
                    1e3 * median(own.stream().mapToDouble(Turn::clientCpu).toArray()),
                    median(own.stream().mapToDouble(Turn::compiling).toArray()));
        }
    }

    /** Ratios of the turns of one round. */
    private static double[] ratios(List<Turn> a, List<Turn> b) {
        double[] r = new double[a.size()];
        Arrays.setAll(r, i -> a.get(i).rate() / b.get(i).rate());
        return r;
    }

    private static double[] cpuRatios(List<Turn> a, List<Turn> b) {
        double[] r = new double[a.size()];
        Arrays.setAll(r, i -> a.get(i).ownCpu() / b.get(i).ownCpu());
        return r;
    }

    private static double median(double[] v) {
        double[] sorted = v.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Processor time of this process so far. */
    static double cpuSeconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    /** Time that the JVM's compilers took so far. */
    static double compileSeconds() {
        return ManagementFactory.getCompilationMXBean().getTotalCompilationTime() / 1e3;
    }

    private static Turn served(ServeClients clients, String model, double seconds, int batch) throws IOException {
        double cpu = cpuSeconds();
        double compiled = compileSeconds();
        ServeClients.Turn t = clients.run(model, seconds);
        double images = Math.max(1, t.calls() * batch);
        return new Turn(
                images / t.seconds(),
                (cpuSeconds() - cpu) / images,
                t.cpuSeconds() / images,
                (compileSeconds() - compiled + t.compileSeconds()) / t.seconds());
    }

    private static ScalableModel model(String name) {
        return switch (name) {
            case "-" -> BundledModels.resnet20Cifar10();
            case "mobilenetv2" -> ScalableModel.plain(BenchmarkNetworks.mobileNetV2(1, 224));
            case "resnet50" -> ScalableModel.plain(BenchmarkNetworks.resnet50(1, 224));
            default -> ScalableModelFile.readAny(Path.of(name), ImportOptions.DEFAULT);
        };
    }

    /** A network of the same input that takes a mean of each channel, and no more. */
    static ScalableModel idle(ScalableModel like) {
        var input = like.graph().inputs().get(0);
        int[] dims = input.shape().dims();
        GraphBuilder b = new GraphBuilder("idle", 1);
        String x = b.input(input.name(), Arrays.copyOfRange(dims, 1, dims.length));
        b.output(b.node("GlobalAveragePool", Map.of(), x));
        return ScalableModel.plain(b.build());
    }

    /** Sessions of one thread that callers in this process share, each with its buffers. */
    private static final class Bare implements AutoCloseable {
        private record Place(Session session, FloatBuffer in, FloatBuffer out) {}

        private final ScalableModel model;
        private final List<Place> places = new ArrayList<>();
        private final BlockingQueue<Place> free;

        Bare(ScalableModel model, int sessions) {
            this.model = model;
            int in = (int) model.graph().inputs().get(0).shape().elements();
            int out = (int) model.graph().outputs().get(0).shape().elements();
            for (int i = 0; i < sessions; i++) {
                Session s = Backends.find("cpu").open(model, SessionOptions.DEFAULT.withThreads(1));
                s.prepare(model.full());
                places.add(new Place(s, Rigs.direct(in), Rigs.direct(out)));
            }
            free = new ArrayBlockingQueue<>(sessions, false, places);
        }

        Turn run(int callers, double seconds) throws InterruptedException {
            AtomicLong calls = new AtomicLong();
            double cpu = cpuSeconds();
            long begin = System.nanoTime();
            long until = begin + (long) (seconds * 1e9);
            List<Thread> threads = new ArrayList<>();
            for (int k = 0; k < callers; k++) {
                Thread t = new Thread(() -> call(until, calls));
                t.start();
                threads.add(t);
            }
            for (Thread t : threads) {
                t.join();
            }
            double spent = (System.nanoTime() - begin) / 1e9;
            double images = Math.max(1, calls.get());
            return new Turn(images / spent, (cpuSeconds() - cpu) / images, 0, 0);
        }

        private void call(long until, AtomicLong calls) {
            try {
                while (System.nanoTime() < until) {
                    Place p = free.take();
                    p.session().run(model.full(), p.in(), p.out());
                    free.add(p);
                    calls.incrementAndGet();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            places.forEach(p -> p.session().close());
        }
    }
}
