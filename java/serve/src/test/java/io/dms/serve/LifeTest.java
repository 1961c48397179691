package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.serve.client.ClientOptions;
import io.dms.serve.client.InferenceClient;
import io.dms.serve.client.NetworkModel;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.TensorData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening, TLS, and the end. */
class LifeTest {
    private static void keytool(Path store, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit"));
        command.addAll(List.of(more));
        Process p = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(p.waitFor(60, TimeUnit.SECONDS) && p.exitValue() == 0).isTrue();
    }

    @Test
    void over_tls_a_client_that_trusts_the_certificate_is_answered_and_no_other(@TempDir Path dir) throws Exception {
        Path store = dir.resolve("store.p12");
        keytool(
                store,
                "-genkeypair",
                "-alias",
                "s",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2");
        Path certificate = dir.resolve("cert.pem");
        keytool(store, "-exportcert", "-alias", "s", "-rfc", "-file", certificate.toString());
        java.security.KeyStore keys = java.security.KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        Path key = Files.writeString(
                dir.resolve("key.pem"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + java.util.Base64.getMimeEncoder()
                                .encodeToString(keys.getKey("s", "changeit".toCharArray())
                                        .getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        try (InferenceServer server =
                InferenceServer.open(Rigs.models(), Rigs.options().withSecurity(certificate, key, null))) {
            for (String address :
                    List.of("grpcs://localhost:" + server.grpcPort(), "https://localhost:" + server.httpPort())) {
                ClientOptions o = ClientOptions.of(address);
                try (InferenceClient trusting =
                                InferenceClient.of(o.withSecurity(null, certificate), new NetworkModel(0, 0));
                        InferenceClient doubting = InferenceClient.of(o, new NetworkModel(0, 0))) {
                    assertThat(trusting.infer(Rigs.request(Map.of(), Rigs.image(1)), Rigs.PATIENCE)
                                    .outputs())
                            .hasSize(1);
                    assertThatThrownBy(() -> doubting.infer(Rigs.request(Map.of(), Rigs.image(1)), Rigs.PATIENCE))
                            .isInstanceOfSatisfying(
                                    InferenceException.class,
                                    e -> assertThat(e.refusal()).isEqualTo(Refusal.UNAVAILABLE));
                }
            }
        }
        assertThatThrownBy(() -> InferenceServer.open(
                        Rigs.models(), Rigs.options().withSecurity(certificate, certificate, null)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("openssl pkcs8");
    }

    @Test
    void requests_that_run_when_the_server_ends_are_answered_and_later_ones_refused() {
        InferenceServer server = InferenceServer.open(Rigs.models(), Rigs.options());
        try (InferenceClient c = InferenceClient.of("grpc://127.0.0.1:" + server.grpcPort())) {
            InferRequest batch = InferRequest.of(
                    Rigs.MODEL,
                    Map.of(),
                    TensorData.ofFloats(Rigs.input(), new long[] {64, 3, 32, 32}, new float[64 * Rigs.PIXELS]));
            List<CompletableFuture<String>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return "answered "
                                        + c.infer(batch, Rigs.PATIENCE)
                                                .outputs()
                                                .size();
                            } catch (InferenceException e) {
                                return e.refusal().name();
                            }
                        },
                        r -> new Thread(r).start()));
            }
            CompletableFuture.anyOf(all.toArray(CompletableFuture[]::new)).join();
            server.close();
            List<String> ends = all.stream().map(CompletableFuture::join).toList();
            assertThat(ends).contains("answered 1").isSubsetOf("answered 1", "UNAVAILABLE");
            assertThatThrownBy(() -> c.infer(batch, Duration.ofSeconds(5))).isInstanceOf(InferenceException.class);
        }
        server.close();
    }

    @Test
    void what_cannot_be_served_is_said_at_the_start() {
        assertThatThrownBy(() -> InferenceServer.open(List.of(), Rigs.options()))
                .hasMessageContaining("at least one");
        ModelSpec one = Rigs.models().get(0);
        assertThatThrownBy(() -> InferenceServer.open(List.of(one, one), Rigs.options()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("NAME=FILE");
        assertThatThrownBy(() -> new ModelSpec("a/b", one.model(), null, List.of()))
                .hasMessageContaining("NAME=FILE");
        try (InferenceServer first = InferenceServer.open(Rigs.models(), Rigs.options())) {
            assertThatThrownBy(() ->
                            InferenceServer.open(Rigs.models(), Rigs.options().withPorts(first.httpPort(), -1)))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("--http-port");
            assertThatThrownBy(() ->
                            InferenceServer.open(Rigs.models(), Rigs.options().withPorts(-1, first.grpcPort())))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("--grpc-port");
        }
    }

    @Test
    void many_requests_leave_no_memory_behind() {
        try (InferenceServer server = InferenceServer.open(Rigs.models(), Rigs.options());
                InferenceClient c = InferenceClient.of("grpc://127.0.0.1:" + server.grpcPort())) {
            for (int i = 0; i < 300; i++) {
                once(c, i);
            }
            long before = used();
            for (int i = 0; i < 1500; i++) {
                once(c, i);
            }
            assertThat(used() - before).isLessThan(8 << 20);
            assertThat(server.answered()).isEqualTo(1800 - 1800 / 4);
        }
    }

    /** Every fourth is wrong, every goal another one. */
    private static void once(InferenceClient c, int i) {
        Map<String, Object> p = i % 4 == 0 ? Map.of("width", 7L) : Map.of("goal", "p95<=" + (i + 1) + "ms");
        try {
            c.infer(Rigs.request(p, Rigs.image(1)), Rigs.PATIENCE);
        } catch (InferenceException e) {
            assertThat(e.refusal()).isEqualTo(Refusal.INVALID);
        }
    }

    private static long used() {
        System.gc();
        Runtime r = Runtime.getRuntime();
        return r.totalMemory() - r.freeMemory();
    }
}
