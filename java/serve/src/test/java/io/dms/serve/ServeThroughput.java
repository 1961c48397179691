package io.dms.serve;

import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.serve.client.InferenceClient;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.TensorData;
import io.dms.testkit.BenchmarkNetworks;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/**
 * Throughput of a server on this machine against that of the bare backend: two sessions of one thread each, driven by two
 * threads, and one session of all cores; then a server with two workers and clients in the same process. They take
 * turns, so that drift meets all alike.
 *
 * <p>Arguments: a model file, {@code -} for the bundled one, {@code mobilenetv2} or {@code resnet50} for
 * a network of that shape at 224 pixels with random weights, images of each request, clients (4), rounds (5), seconds
 * of each turn (1.5).
 */
public final class ServeThroughput {
    private ServeThroughput() {}

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        ScalableModel model = model(args.length == 0 ? "-" : args[0]);
        int batch = args.length > 1 ? Integer.parseInt(args[1]) : 1;
        int clients = args.length > 2 ? Integer.parseInt(args[2]) : 4;
        int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 5;
        double seconds = args.length > 4 ? Double.parseDouble(args[4]) : 1.5;
        int[] shape = model.graph().inputs().get(0).shape().withBatch(1).dims();
        int in = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        int out = (int) model.graph().outputs().get(0).shape().elements();
        long[] sent = Arrays.stream(shape).asLongStream().toArray();
        sent[0] = batch;
        TensorData tensor = TensorData.ofFloats(
                model.graph().inputs().get(0).name(), sent, new float[Math.multiplyExact(in, batch)]);
        ModelSpec spec = new ModelSpec("m", model, null, List.of());
        double[][] rates = new double[4][rounds];
        try (InferenceServer server = InferenceServer.open(List.of(spec), Rigs.options());
                Session a = session(model, 1);
                Session b = session(model, 1);
                Session all = session(model, 2);
                InferenceClient grpc = InferenceClient.of("grpc://127.0.0.1:" + server.grpcPort());
                InferenceClient rest = InferenceClient.of("http://127.0.0.1:" + server.httpPort())) {
            for (Session s : List.of(a, b, all)) {
                s.prepare(model.full());
            }
            List<Session> two = List.of(a, b);
            InferRequest request = InferRequest.of("m", Map.of(), tensor);
            for (int round = -1; round < rounds; round++) {
                double[] r = {
                    rate(2, seconds, bare(model, two, in, out), 1),
                    rate(1, seconds, bare(model, List.of(all), in, out), 1),
                    rate(clients, seconds, k -> grpc.infer(request, Duration.ofSeconds(60)), batch),
                    rate(clients, seconds, k -> rest.infer(request, Duration.ofSeconds(60)), batch)
                };
                for (int i = 0; round >= 0 && i < r.length; i++) {
                    rates[i][round] = r[i];
                }
            }
        }
        System.out.printf(
                "%s, %d images a request, %d clients, images/s at the median of %d turns%n",
                model.name(), batch, clients, rounds);
        double base = median(rates[0]);
        String[] names = {
            "two sessions, one thread each", "one session, two threads", "served over gRPC", "served over REST"
        };
        for (int i = 0; i < names.length; i++) {
            System.out.printf(
                    "%-32s %10.1f   %5.3f of the first   %5.3f of the second%n",
                    names[i], median(rates[i]), ratio(rates[i], rates[0]), ratio(rates[i], rates[1]));
        }
        if (base <= 0) {
            throw new IllegalStateException("nothing ran");
        }
    }

    private static ScalableModel model(String name) {
        return switch (name) {
            case "-" -> BundledModels.resnet20Cifar10();
            case "mobilenetv2" -> ScalableModel.plain(BenchmarkNetworks.mobileNetV2(1, 224));
            case "resnet50" -> ScalableModel.plain(BenchmarkNetworks.resnet50(1, 224));
            default -> ScalableModelFile.readAny(Path.of(name), ImportOptions.DEFAULT);
        };
    }

    private static double median(double[] v) {
        double[] sorted = v.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Median of the ratios of the turns of one round. */
    private static double ratio(double[] a, double[] b) {
        double[] r = new double[a.length];
        Arrays.setAll(r, i -> a[i] / b[i]);
        return median(r);
    }

    private static Session session(ScalableModel model, int threads) {
        return Backends.find("cpu")
                .open(model, SessionOptions.DEFAULT.withThreads(threads).withYielding(threads > 1));
    }

    private static IntConsumer bare(ScalableModel model, List<Session> sessions, int in, int out) {
        FloatBuffer[] inputs = new FloatBuffer[sessions.size()];
        FloatBuffer[] outputs = new FloatBuffer[sessions.size()];
        Arrays.setAll(inputs, i -> Rigs.direct(in));
        Arrays.setAll(outputs, i -> Rigs.direct(out));
        return k -> sessions.get(k).run(model.full(), inputs[k], outputs[k]);
    }

    /** Images a second of so many threads that call one after the other. */
    private static double rate(int threads, double seconds, IntConsumer call, int images) throws InterruptedException {
        AtomicLong calls = new AtomicLong();
        long begin = System.nanoTime();
        long until = begin + (long) (seconds * 1e9);
        List<Thread> all = new ArrayList<>();
        for (int k = 0; k < threads; k++) {
            int own = k;
            Thread t = new Thread(() -> {
                while (System.nanoTime() < until) {
                    call.accept(own);
                    calls.incrementAndGet();
                }
            });
            t.start();
            all.add(t);
        }
        for (Thread t : all) {
            t.join();
        }
        return calls.get() * images / ((System.nanoTime() - begin) / 1e9);
    }
}
