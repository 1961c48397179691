package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.serve.client.InferenceClient;
import io.dms.serve.protocol.GrpcCodec;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.ModelFigures;
import io.dms.serve.protocol.ModelInfo;
import io.dms.serve.protocol.Numbers;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.ScoredClass;
import io.dms.serve.protocol.TensorData;
import io.dms.serve.protocol.TensorType;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a server answers, over each transport alike. */
class ServingTest {
    @SuppressWarnings("NullAway.Init")
    private static InferenceServer server;

    @SuppressWarnings("NullAway.Init")
    private static List<InferenceClient> clients;

    @BeforeAll
    static void open() {
        server = InferenceServer.open(List.of(Rigs.models().get(0), Rigs.profiled()), Rigs.options());
        clients = List.of(
                InferenceClient.of("grpc://127.0.0.1:" + server.grpcPort()),
                InferenceClient.of("http://127.0.0.1:" + server.httpPort()));
    }

    @AfterAll
    static void close() {
        clients.forEach(InferenceClient::close);
        server.close();
    }

    static List<InferenceClient> clients() {
        return clients;
    }

    private static float[] scores(InferResponse r) {
        return r.output(Rigs.output()).floats();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clients")
    void answers_are_those_of_the_backend_at_the_width_asked_for(InferenceClient client) {
        float[] image = Rigs.image(1);
        for (double width : new double[] {1, 0.75, 0.5, 0.25}) {
            InferResponse r = client.infer(Rigs.request(Map.of("width", width), image), Rigs.PATIENCE);
            assertThat(scores(r)).containsExactly(Rigs.expected(width, image), within(1e-4f));
            assertThat(r.parameters()).containsEntry("width", width);
        }
        InferResponse byName = client.infer(Rigs.request(Map.of("level", "0.50"), image), Rigs.PATIENCE);
        assertThat(byName.parameters()).containsEntry("level", "0.50");
        InferResponse byText = client.infer(Rigs.request(Map.of("width", "0.25"), image), Rigs.PATIENCE);
        assertThat(byText.parameters()).containsEntry("width", 0.25);
        InferResponse plain = client.infer(Rigs.request(Map.of(), image).withId("7"), Rigs.PATIENCE);
        assertThat(plain.parameters()).containsEntry("level", "1.00");
        assertThat(plain.id()).isEqualTo("7");
        assertThat(plain.version()).isEqualTo("1");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clients")
    void a_goal_that_no_wide_level_keeps_is_answered_by_the_narrowest(InferenceClient client) {
        InferRequest hard = Rigs.request(Rigs.PROFILED, Map.of("goal", "p95<=1us"), Rigs.image(2));
        InferResponse r = client.infer(hard, Rigs.PATIENCE);
        assertThat(r.parameters()).containsEntry("level", "0.25").containsEntry("goal_kept", false);
        // Patience ends before this goal would be missed, however busy the machine is.
        InferRequest soft = Rigs.request(Rigs.PROFILED, Map.of("goal", "p95<=60s"), Rigs.image(2));
        InferResponse easy = client.infer(soft, Rigs.PATIENCE);
        assertThat(easy.parameters()).containsEntry("level", "1.00").containsEntry("goal_kept", true);
        InferResponse measured = client.infer(Rigs.request(Map.of("goal", "p95<=60s"), Rigs.image(2)), Rigs.PATIENCE);
        assertThat(measured.parameters()).containsEntry("goal_kept", true);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clients")
    void a_batch_is_answered_image_by_image(InferenceClient client) {
        float[] all = new float[3 * Rigs.PIXELS];
        for (int i = 0; i < 3; i++) {
            System.arraycopy(Rigs.image(i), 0, all, i * Rigs.PIXELS, Rigs.PIXELS);
        }
        InferResponse r = client.infer(
                InferRequest.of(
                        Rigs.MODEL,
                        Map.of("width", 0.5),
                        TensorData.ofFloats(Rigs.input(), new long[] {3, 3, 32, 32}, all)),
                Rigs.PATIENCE);
        assertThat(r.outputs().get(0).shape()).containsExactly(3, 10);
        for (int i = 0; i < 3; i++) {
            float[] one = java.util.Arrays.copyOfRange(scores(r), 10 * i, 10 * i + 10);
            assertThat(one).containsExactly(Rigs.expected(0.5, Rigs.image(i)), within(1e-4f));
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clients")
    void features_may_travel_in_half_precision_or_as_bytes_with_a_scale(InferenceClient client) {
        float[] image = Rigs.image(3);
        float[] exact = Rigs.expected(1, image);
        Map<TensorType, Float> tolerances =
                Map.of(TensorType.FP16, 0.02f, TensorType.BF16, 0.2f, TensorType.INT8, 0.8f);
        tolerances.forEach((type, tolerance) -> {
            TensorData t = Numbers.ofFloats(Rigs.input(), new long[] {1, 3, 32, 32}, FloatBuffer.wrap(image), type);
            InferResponse r = client.infer(InferRequest.of(Rigs.MODEL, Map.of(), t), Rigs.PATIENCE);
            assertThat(scores(r)).containsExactly(exact, within(tolerance));
        });
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clients")
    void outputs_come_as_asked_for(InferenceClient client) {
        float[] image = Rigs.image(4);
        float[] exact = Rigs.expected(1, image);
        InferRequest plain = Rigs.request(Map.of(), image);
        InferRequest half = new InferRequest(
                plain.model(),
                "",
                "",
                Map.of(),
                plain.inputs(),
                List.of(new InferRequest.Output(Rigs.output(), Map.of("datatype", "FP16"))));
        TensorData sent = client.infer(half, Rigs.PATIENCE).output(Rigs.output());
        assertThat(sent.type()).isEqualTo(TensorType.FP16);
        assertThat(sent.floats()).containsExactly(exact, within(0.02f));

        InferRequest best = new InferRequest(
                plain.model(),
                "",
                "",
                Map.of(),
                plain.inputs(),
                List.of(new InferRequest.Output(Rigs.output(), Map.of("classification", 2L))));
        TensorData classes = client.infer(best, Rigs.PATIENCE).output(Rigs.output());
        int top = 0;
        for (int c = 1; c < 10; c++) {
            top = exact[c] > exact[top] ? c : top;
        }
        assertThat(classes.shape()).containsExactly(1, 2);
        assertThat(GrpcCodec.texts(classes).get(0))
                .endsWith(":" + top + ":" + io.dms.runtime.BundledModels.CIFAR10_CLASSES.get(top));
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clients")
    void the_client_asks_for_the_best_classes(InferenceClient client) {
        float[] image = Rigs.image(6);
        float[] exact = Rigs.expected(0.5, image);
        List<List<ScoredClass>> all = client.classify(
                Rigs.request(Map.of("width", 0.5), image),
                Rigs.output(),
                3,
                System.nanoTime() + Rigs.PATIENCE.toNanos());
        assertThat(all).hasSize(1);
        List<Integer> sorted = IntStream.range(0, 10)
                .boxed()
                .sorted((a, b) -> Float.compare(exact[b], exact[a]))
                .toList();
        assertThat(all.get(0)).extracting(ScoredClass::index).containsExactlyElementsOf(sorted.subList(0, 3));
        ScoredClass best = all.get(0).get(0);
        assertThat(best.score()).isCloseTo(exact[best.index()], within(1e-3));
        assertThat(best.label()).isEqualTo(io.dms.runtime.BundledModels.CIFAR10_CLASSES.get(best.index()));
        assertThatThrownBy(() -> client.classify(
                        Rigs.request(Map.of(), image), "nothing", 3, System.nanoTime() + Rigs.PATIENCE.toNanos()))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("no output");
        assertThatThrownBy(() -> ScoredClass.of(TensorData.ofFloats("scores", new long[] {1, 2}, 1, 2)))
                .hasMessageContaining("classification extension");
        assertThatThrownBy(() -> ScoredClass.of(GrpcCodec.texts("x", new long[] {1, 1}, List.of("high:none"))))
                .hasMessageContaining("SCORE:INDEX");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clients")
    void the_client_reads_what_became_of_a_models_requests(InferenceClient client) {
        ModelFigures before = client.statistics(Rigs.MODEL, "", Rigs.PATIENCE);
        for (int i = 0; i < 3; i++) {
            client.infer(Rigs.request(Map.of(), Rigs.image(i)), Rigs.PATIENCE);
        }
        refused(client, Rigs.request(Map.of("width", 0.6), Rigs.image(1)), Refusal.INVALID, "it has");
        ModelFigures after = client.statistics(Rigs.MODEL, "1", Rigs.PATIENCE);
        assertThat(after.name()).isEqualTo(Rigs.MODEL);
        assertThat(after.version()).isEqualTo("1");
        assertThat(after.inferences() - before.inferences()).isEqualTo(3);
        assertThat(after.executions() - before.executions()).isEqualTo(3);
        assertThat(after.success().count() - before.success().count()).isEqualTo(3);
        assertThat(after.infer().count() - before.infer().count()).isEqualTo(3);
        assertThat(after.success().nanos()).isGreaterThan(after.infer().nanos());
        assertThat(after.infer().meanSeconds()).isPositive();
        assertThat(after.last()).isNotNull();
        assertThatThrownBy(() -> client.statistics("nobody", "", Rigs.PATIENCE))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("no model of this name");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clients")
    void the_server_tells_what_it_is_and_has(InferenceClient client) {
        assertThat(client.live(Rigs.PATIENCE)).isTrue();
        assertThat(client.ready(Rigs.PATIENCE)).isTrue();
        assertThat(client.modelReady(Rigs.MODEL, "1", Rigs.PATIENCE)).isTrue();
        assertThat(client.server(Rigs.PATIENCE).extensions()).contains("statistics", "classification");
        ModelInfo info = client.model(Rigs.MODEL, "", Rigs.PATIENCE);
        assertThat(info.versions()).containsExactly("1");
        assertThat(info.platform()).isEqualTo("dms_cpu");
        assertThat(info.inputs().get(0).shape()).containsExactly(-1, 3, 32, 32);
        assertThat(info.outputs().get(0).shape()).containsExactly(-1, 10);
        assertThat(info.inputs().get(0).type()).isEqualTo(TensorType.FP32);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("clients")
    void wrong_requests_are_refused_in_one_line_that_helps(InferenceClient client) {
        float[] image = Rigs.image(5);
        refused(client, Rigs.request(Map.of("width", 0.6), image), Refusal.INVALID, "it has 1.00, 0.75, 0.50, 0.25");
        refused(client, Rigs.request(Map.of("goal", "fast"), image), Refusal.INVALID, "parameter goal");
        refused(client, Rigs.request(Map.of("goal", "p95<=9ms", "width", 1.0), image), Refusal.INVALID, "exclude");
        refused(client, Rigs.request(Map.of("width", 1.0, "level", "1.00"), image), Refusal.INVALID, "the same");
        refused(client, Rigs.request(Map.of("timeout", "soon"), image), Refusal.INVALID, "microseconds");
        refused(
                client,
                InferRequest.of(
                        "nobody",
                        Map.of(),
                        Rigs.request(Map.of(), image).inputs().get(0)),
                Refusal.NOT_FOUND,
                Rigs.MODEL);
        refused(client, InferRequest.of(Rigs.MODEL, Map.of()), Refusal.INVALID, Rigs.input());
        refused(
                client,
                InferRequest.of(Rigs.MODEL, Map.of(), TensorData.ofFloats("x", new long[] {1}, 1f)),
                Refusal.INVALID,
                "is missing");
        refused(
                client,
                InferRequest.of(
                        Rigs.MODEL, Map.of(), TensorData.ofFloats(Rigs.input(), new long[] {Rigs.PIXELS}, image)),
                Refusal.INVALID,
                "[-1, 3, 32, 32]");
        refused(
                client,
                InferRequest.of(
                        Rigs.MODEL,
                        Map.of(),
                        TensorData.ofFloats(Rigs.input(), new long[] {0, 3, 32, 32}, new float[0])),
                Refusal.INVALID,
                "1 to 64");
        refused(
                client,
                InferRequest.of(Rigs.MODEL, Map.of(), GrpcCodec.texts(Rigs.input(), new long[] {1}, List.of("a"))),
                Refusal.INVALID,
                "BYTES");
        InferRequest plain = Rigs.request(Map.of(), image);
        refused(
                client,
                new InferRequest(plain.model(), "2", "", Map.of(), plain.inputs(), List.of()),
                Refusal.NOT_FOUND,
                "only version 1");
        refused(
                client,
                new InferRequest(
                        plain.model(),
                        "",
                        "",
                        Map.of(),
                        plain.inputs(),
                        List.of(new InferRequest.Output("nothing", Map.of()))),
                Refusal.INVALID,
                Rigs.output());
    }

    private static void refused(InferenceClient client, InferRequest r, Refusal why, String says) {
        assertThatThrownBy(() -> client.infer(r, Rigs.PATIENCE))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.refusal()).isEqualTo(why))
                .hasMessageContaining(says);
    }
}
