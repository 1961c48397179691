package io.dms.serve;

import io.dms.model.ScalableModel;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.serve.client.ClientOptions;
import io.dms.serve.client.DeviceModel;
import io.dms.serve.client.InferenceClient;
import io.dms.serve.client.NetworkModel;
import io.dms.serve.client.RemoteAnswer;
import io.dms.serve.client.RemoteVariant;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.TensorData;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Requests into each of which a fault strikes. Every image is another one, and its right answer is known, so that an
 * answer that belongs to another request would show.
 */
final class FaultRun {
    private static final int IMAGES = 64;
    private static final List<FlakyProxy.Kind> KINDS = List.copyOf(EnumSet.allOf(FlakyProxy.Kind.class));

    /** What came of it. */
    static final class Report {
        final Map<FlakyProxy.Kind, Integer> faults = new EnumMap<>(FlakyProxy.Kind.class);
        final Map<RemoteAnswer.From, Integer> ends = new EnumMap<>(RemoteAnswer.From.class);
        final List<String> wrong = new ArrayList<>();
        int requests;
        int late;
        int refusedWithDevice;
        long worstNanos;

        @Override
        public String toString() {
            return requests + " requests, faults " + faults + ", ends " + ends + ", wrong " + wrong.size()
                    + ", refused though a device variant was there " + refusedWithDevice
                    + ", answered over the deadline " + late
                    + ", longest " + worstNanos / 1_000_000 + " ms";
        }
    }

    private FaultRun() {}

    /**
     * Goes on until so many faults have struck.
     *
     * @param scheme grpc or http
     */
    static Report run(String scheme, int faults, long seed, Duration deadline) throws IOException {
        Report report = new Report();
        Random random = new Random(seed);
        ScalableModel model = BundledModels.resnet20Cifar10();
        float[][] images = new float[IMAGES][];
        float[][] right = new float[IMAGES][];
        InferenceServer server = InferenceServer.open(Rigs.models(), Rigs.options());
        boolean grpc = scheme.equals("grpc");
        try (Session session = Backends.find("cpu").open(model, SessionOptions.DEFAULT.withThreads(1));
                FlakyProxy proxy = new FlakyProxy(() -> grpc ? server.grpcPort() : server.httpPort(), server::kill)) {
            DeviceModel device = new DeviceModel(session, model.full());
            for (int i = 0; i < IMAGES; i++) {
                images[i] = Rigs.image(i);
                right[i] =
                        device.run(List.of(tensor(images[i]))).outputs().get(0).floats();
            }
            ClientOptions options =
                    ClientOptions.of(scheme + "://127.0.0.1:" + proxy.port()).withAttempts(2, Duration.ofMillis(5));
            try (InferenceClient client = InferenceClient.of(options, new NetworkModel(0, 0))) {
                RemoteVariant guarded = new RemoteVariant(client, Rigs.MODEL, Map.of(), device);
                RemoteVariant bare = new RemoteVariant(client, Rigs.MODEL, Map.of(), null);
                for (int n = 0; proxy.injected() < faults && n < 4 * faults + 20; n++) {
                    awake(server, client);
                    FlakyProxy.Kind kind = KINDS.get(n % KINDS.size());
                    boolean request = random.nextBoolean();
                    int before = proxy.injected();
                    proxy.arm(new FlakyProxy.Fault(kind, request, random.nextInt(request ? 12_000 : 60)));
                    boolean withDevice = random.nextInt(3) > 0;
                    int image = random.nextInt(IMAGES);
                    long start = System.nanoTime();
                    RemoteAnswer a = (withDevice ? guarded : bare)
                            .serve(List.of(tensor(images[image])), start + deadline.toNanos());
                    proxy.disarm();
                    count(report, a, withDevice, right[image], deadline);
                    if (proxy.injected() > before) {
                        report.faults.merge(kind, 1, Integer::sum);
                    }
                }
            }
        } finally {
            server.close();
        }
        return report;
    }

    private static TensorData tensor(float[] image) {
        return TensorData.ofFloats(Rigs.input(), new long[] {1, 3, 32, 32}, image);
    }

    /** The server listens, and the client knows. */
    private static void awake(InferenceServer server, InferenceClient client) {
        if (server.httpPort() < 0) {
            server.revive();
        }
        for (int i = 0; i < 200; i++) {
            if (client.live(Duration.ofSeconds(5))) {
                return;
            }
        }
        throw new IllegalStateException("the server does not come back");
    }

    private static void count(Report r, RemoteAnswer a, boolean withDevice, float[] right, Duration deadline) {
        r.requests++;
        r.ends.merge(a.from(), 1, Integer::sum);
        r.worstNanos = Math.max(r.worstNanos, a.nanos());
        boolean refused = a.from() == RemoteAnswer.From.REFUSED;
        r.late += !refused && a.nanos() > deadline.toNanos() ? 1 : 0;
        InferResponse answer = a.response();
        if (refused) {
            r.refusedWithDevice += withDevice ? 1 : 0;
            if (answer != null || a.loss() == null) {
                r.wrong.add("refused without a reason, or with an answer");
            }
            return;
        }
        if (answer == null) {
            r.wrong.add("answered without an answer");
            return;
        }
        float[] got = answer.outputs().get(0).floats();
        for (int c = 0; c < right.length; c++) {
            if (Math.abs(got[c] - right[c]) > 1e-3) {
                r.wrong.add("another answer than that of its image");
                return;
            }
        }
    }
}
