package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.serve.client.ClientOptions;
import io.dms.serve.client.DeviceModel;
import io.dms.serve.client.InferenceClient;
import io.dms.serve.client.LocalModel;
import io.dms.serve.client.NetworkModel;
import io.dms.serve.client.RemoteAnswer;
import io.dms.serve.client.RemoteVariant;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.TensorData;
import io.dms.serve.protocol.TensorType;
import io.dms.serve.split.CutPoint;
import io.dms.serve.split.SplitModel;
import io.dms.serve.split.SplitVariant;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Variants that a server runs, wholly or from a layer on. */
class RemoteVariantTest {
    private static final long LONG = Duration.ofSeconds(30).toNanos();

    private static List<TensorData> image(long seed) {
        return List.of(TensorData.ofFloats(Rigs.input(), new long[] {1, 3, 32, 32}, Rigs.image(seed)));
    }

    private static float[] scores(RemoteAnswer a) {
        var response = a.response();
        assertThat(response).isNotNull();
        return response == null ? new float[0] : response.outputs().get(0).floats();
    }

    private static Session session(ScalableModel model) {
        return Backends.find("cpu").open(model, SessionOptions.DEFAULT.withThreads(1));
    }

    @Test
    void the_server_answers_while_it_is_there_and_the_device_when_it_has_gone() {
        ScalableModel model = BundledModels.resnet20Cifar10();
        InferenceServer server = InferenceServer.open(Rigs.models(), Rigs.options());
        try (Session s = session(model);
                InferenceClient c = InferenceClient.of("grpc://127.0.0.1:" + server.grpcPort())) {
            RemoteVariant v =
                    new RemoteVariant(c, Rigs.MODEL, Map.of("width", 1.0), new DeviceModel(s, model.level(0.25)));
            RemoteAnswer first = v.serve(image(1), System.nanoTime() + LONG);
            assertThat(first.from()).isEqualTo(RemoteAnswer.From.SERVER);
            assertThat(scores(first)).containsExactly(Rigs.expected(1, Rigs.image(1)), within(1e-4f));
            assertThat(c.network().samples()).isPositive();
            server.close();
            for (int i = 0; i < 3; i++) {
                RemoteAnswer later = v.serve(image(1), System.nanoTime() + LONG);
                assertThat(later.from()).isEqualTo(RemoteAnswer.From.DEVICE);
                assertThat(later.loss()).isNotNull();
                assertThat(scores(later)).containsExactly(Rigs.expected(0.25, Rigs.image(1)), within(1e-4f));
            }
            assertThat(c.network().lossShare()).isPositive();
        } finally {
            server.close();
        }
    }

    @Test
    void without_a_device_variant_a_lost_request_is_refused_with_the_reason() throws IOException {
        int nobody;
        try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = s.getLocalPort();
        }
        for (String scheme : List.of("grpc", "http")) {
            try (InferenceClient c = InferenceClient.of(scheme + "://127.0.0.1:" + nobody)) {
                RemoteAnswer a =
                        new RemoteVariant(c, Rigs.MODEL, Map.of(), null).serve(image(1), System.nanoTime() + LONG);
                assertThat(a.from()).isEqualTo(RemoteAnswer.From.REFUSED);
                var loss = a.loss();
                assertThat(loss == null ? null : loss.refusal()).isEqualTo(Refusal.UNAVAILABLE);
            }
        }
    }

    /** Answers at once, and says that it may take long: what is left of the deadline is far more than any late waking. */
    private record Cautious(LocalModel own, double seconds) implements LocalModel {
        @Override
        public double meanSeconds() {
            return 0;
        }

        @Override
        public InferResponse run(List<TensorData> tensors) {
            return own.run(tensors);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    void a_server_that_says_nothing_is_given_up_in_time_for_the_device(String scheme) throws IOException {
        ScalableModel model = BundledModels.resnet20Cifar10();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Session s = session(model);
                InferenceClient c = InferenceClient.of(scheme + "://127.0.0.1:" + silent.getLocalPort())) {
            DeviceModel device = new DeviceModel(s, model.full());
            float[] right = Rigs.expected(1, Rigs.image(1));
            for (int i = 0; i < 3; i++) {
                // Of 30 s the device claims all but 1 s, so that the server is given up then. Each time a new variant:
                // on
                // a machine that woke late the same one would rightly not ask again at once.
                RemoteVariant v = new RemoteVariant(c, Rigs.MODEL, Map.of(), new Cautious(device, 29));
                RemoteAnswer a = v.serve(image(1), System.nanoTime() + LONG);
                assertThat(a.from()).isEqualTo(RemoteAnswer.From.DEVICE);
                assertThat(scores(a)).containsExactly(right, within(1e-4f));
                assertThat(a.loss()).isNotNull();
                assertThat(a.nanos()).as("in time").isLessThan(LONG);
            }
            assertThat(c.network().lossesInARow()).as("the server was asked").isGreaterThanOrEqualTo(2);
            RemoteAnswer none =
                    new RemoteVariant(c, Rigs.MODEL, Map.of(), device).serve(image(1), System.nanoTime() + 1);
            assertThat(none.from()).isEqualTo(RemoteAnswer.From.REFUSED);
        }
    }

    @ParameterizedTest
    @CsvSource({"FP32,0.0002", "FP16,0.01", "INT8,0.7"})
    void trunk_here_and_rest_there_answer_as_the_whole(TensorType wire, float tolerance) {
        ScalableModel model = BundledModels.resnet20Cifar10();
        WidthLevel level = model.level(0.5);
        List<CutPoint> cuts = CutPoint.of(io.dms.model.LevelExport.graph(model, level));
        assertThat(cuts).hasSizeGreaterThan(5);
        CutPoint middle = cuts.get(cuts.size() / 2);
        SplitModel split = SplitModel.of(model, level, middle.tensor());
        try (InferenceServer server = InferenceServer.open(
                        List.of(new ModelSpec("rest", split.rest(), null, List.of())), Rigs.options());
                Session trunk = session(split.trunk());
                Session rest = session(split.rest());
                InferenceClient c = InferenceClient.of("grpc://127.0.0.1:" + server.grpcPort())) {
            SplitVariant v = new SplitVariant(
                    new DeviceModel(trunk, split.trunk().full()),
                    c,
                    "rest",
                    wire,
                    new DeviceModel(rest, split.rest().full()));
            float[] right = Rigs.expected(0.5, Rigs.image(3));
            RemoteAnswer there = v.serve(image(3), System.nanoTime() + LONG);
            assertThat(there.from()).isEqualTo(RemoteAnswer.From.SERVER);
            assertThat(scores(there)).containsExactly(right, within(tolerance));
            server.close();
            RemoteAnswer here = v.serve(image(3), System.nanoTime() + LONG);
            assertThat(here.from()).isEqualTo(RemoteAnswer.From.DEVICE);
            assertThat(scores(here)).containsExactly(right, within(tolerance));
        }
    }

    @Test
    void the_cut_goes_to_where_network_and_server_make_it_cheapest() {
        ScalableModel model = BundledModels.resnet20Cifar10();
        List<CutPoint> cuts = CutPoint.of(model.graph());
        NetworkModel fast = network(1e9);
        NetworkModel slow = network(1e5);
        CutPoint early = CutPoint.best(cuts, fast, TensorType.INT8, 0.1, 0.001, 40);
        CutPoint late = CutPoint.best(cuts, slow, TensorType.INT8, 0.1, 0.001, 40);
        assertThat(early.macsBefore()).isLessThan(late.macsBefore());
        assertThat(late.elements()).isLessThan(early.elements());
        long all = early.macsBefore() + early.macsBehind();
        assertThat(cuts).allMatch(c -> c.macsBefore() + c.macsBehind() == all);
    }

    private static NetworkModel network(double bytesPerSecond) {
        NetworkModel m = new NetworkModel(0, 0);
        for (int i = 0; i < 200; i++) {
            long sent = 1000L * (i % 40 + 1);
            m.answered(sent, 40, 0.001 + sent / bytesPerSecond);
        }
        return m;
    }

    @Test
    void an_address_of_another_form_is_refused() {
        for (String address : List.of("localhost:8000", "ftp://x:1", "http://x", "grpc://:5", "http://a b:3")) {
            assertThatThrownBy(() -> ClientOptions.of(address)).isInstanceOf(UserException.class);
        }
    }
}
