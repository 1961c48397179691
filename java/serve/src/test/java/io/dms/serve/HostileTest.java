package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import io.dms.serve.client.ClientOptions;
import io.dms.serve.client.InferenceClient;
import io.dms.serve.client.NetworkModel;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.TensorData;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server among strangers: small limits, a token. */
class HostileTest {
    private static final AccessToken TOKEN = AccessToken.of("a-token-that-nobody-guesses");

    @SuppressWarnings("NullAway.Init")
    private static InferenceServer server;

    @BeforeAll
    static void open() {
        server = InferenceServer.open(
                Rigs.models(),
                Rigs.options()
                        .withSecurity(null, null, TOKEN)
                        .withLimits(4, 200_000, Duration.ofSeconds(3), Duration.ofSeconds(5)));
    }

    @AfterAll
    static void close() {
        server.close();
    }

    /** What comes back for bytes as they are. */
    private static String raw(String head, byte[] body) throws IOException {
        try (Socket s = new Socket(InetAddress.getLoopbackAddress(), server.httpPort())) {
            s.setSoTimeout(20_000);
            s.getOutputStream().write(head.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            s.getOutputStream().write(body);
            s.getOutputStream().flush();
            return read(s);
        }
    }

    private static String read(Socket s) throws IOException {
        InputStream in = s.getInputStream();
        StringBuilder out = new StringBuilder();
        byte[] b = new byte[4096];
        try {
            for (int n = in.read(b); n >= 0; n = in.read(b)) {
                out.append(new String(b, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (java.net.SocketException e) {
            out.append("(reset)"); // closed on us after the answer
        }
        return out.toString();
    }

    private static String head(String line, String... headers) {
        return line + " HTTP/1.1\nHost: x\nConnection: close\n"
                + String.join("", List.of(headers).stream().map(h -> h + "\n").toList()) + "\n";
    }

    private static String auth() {
        return "Authorization: " + TOKEN.header();
    }

    private static void stillServes() {
        try (InferenceClient c = client("http", server.httpPort(), TOKEN)) {
            assertThat(c.infer(Rigs.request(Map.of(), Rigs.image(1)), Rigs.PATIENCE)
                            .outputs())
                    .hasSize(1);
        }
    }

    private static InferenceClient client(
            String scheme, int port, @org.jspecify.annotations.Nullable AccessToken token) {
        return InferenceClient.of(
                ClientOptions.of(scheme + "://127.0.0.1:" + port).withSecurity(token, null), new NetworkModel(0, 0));
    }

    @Test
    void without_the_token_there_is_health_and_nothing_else() throws IOException {
        assertThat(raw(head("GET /v2/health/live"), new byte[0])).startsWith("HTTP/1.1 200");
        for (String path : List.of("GET /v2", "GET /v2/models/resnet20", "POST /v2/models/resnet20/infer", "GET /x")) {
            assertThat(raw(head(path), new byte[0])).startsWith("HTTP/1.1 401").contains("\"error\"");
            assertThat(raw(head(path, "Authorization: Bearer " + TOKEN.header() + "x"), new byte[0]))
                    .startsWith("HTTP/1.1 401");
            assertThat(raw(head(path, "Authorization: Basic YTpi"), new byte[0]))
                    .startsWith("HTTP/1.1 401");
        }
        try (InferenceClient none = client("grpc", server.grpcPort(), null);
                InferenceClient wrong = client("grpc", server.grpcPort(), AccessToken.of("another-long-enough-token"));
                InferenceClient right = client("grpc", server.grpcPort(), TOKEN)) {
            assertThat(none.live(Rigs.PATIENCE)).isTrue();
            for (InferenceClient c : List.of(none, wrong)) {
                assertThatThrownBy(() -> c.infer(Rigs.request(Map.of(), Rigs.image(1)), Rigs.PATIENCE))
                        .isInstanceOfSatisfying(
                                InferenceException.class,
                                e -> assertThat(e.refusal()).isEqualTo(Refusal.UNAUTHENTICATED));
            }
            assertThat(right.infer(Rigs.request(Map.of(), Rigs.image(1)), Rigs.PATIENCE)
                            .outputs())
                    .hasSize(1);
        }
    }

    @Test
    void a_token_file_that_others_may_read_is_refused(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("token"), "0123456789abcdef0123\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> AccessToken.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("chmod 600");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(AccessToken.read(file).admits("bearer 0123456789abcdef0123")).isTrue();
        assertThat(AccessToken.read(file).admits("0123456789abcdef0123")).isFalse();
        assertThat(AccessToken.read(file).toString()).doesNotContain("0123");
        Files.writeString(file, "short");
        assertThatThrownBy(() -> AccessToken.read(file)).hasMessageContaining("16 printable");
        assertThatThrownBy(() -> AccessToken.read(dir.resolve("none"))).hasMessageContaining("openssl rand");
    }

    @Test
    void what_is_too_large_is_refused_before_it_is_read() throws IOException {
        String announced =
                raw(head("POST /v2/models/resnet20/infer", auth(), "Content-Length: 99999999999"), new byte[0]);
        assertThat(announced).startsWith("HTTP/1.1 413").contains("at most 200000 bytes");
        String chunked = raw(
                head("POST /v2/models/resnet20/infer", auth(), "Transfer-Encoding: chunked"),
                ("40000\r\n" + "x".repeat(0x40000) + "\r\n0\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        assertThat(chunked).containsAnyOf("HTTP/1.1 413", "(reset)");
        assertThat(raw(head("GET /v2/" + "x".repeat(40_000)), new byte[0])).startsWith("HTTP/1.1 414");
        try (InferenceClient c = client("grpc", server.grpcPort(), TOKEN)) {
            InferRequest large = InferRequest.of(
                    Rigs.MODEL,
                    Map.of(),
                    TensorData.ofFloats(Rigs.input(), new long[] {60, 3, 32, 32}, new float[60 * Rigs.PIXELS]));
            assertThatThrownBy(() -> c.infer(large, Rigs.PATIENCE))
                    .isInstanceOfSatisfying(
                            InferenceException.class,
                            e -> assertThat(e.refusal()).isEqualTo(Refusal.TOO_LARGE));
        }
        stillServes();
    }

    @Test
    void a_sender_that_dawdles_is_told_so_and_cut_off() throws IOException {
        assertThat(raw(head("POST /v2/models/resnet20/infer", auth(), "Content-Length: 5000"), new byte[100]))
                .startsWith("HTTP/1.1 408")
                .contains("not sent within 3000 ms");
        List<Socket> many = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Socket s = new Socket(InetAddress.getLoopbackAddress(), server.httpPort());
            s.getOutputStream().write("POST /v2/models/resnet20/infer HT".getBytes(StandardCharsets.ISO_8859_1));
            many.add(s);
        }
        stillServes();
        for (Socket s : many) {
            s.close();
        }
    }

    @Test
    void what_makes_no_sense_is_answered_with_a_status_and_a_reason() throws IOException {
        assertThat(raw("nonsense\n\n", new byte[0])).startsWith("HTTP/1.1 400");
        assertThat(raw(head("DELETE /v2/models/resnet20", auth()), new byte[0])).startsWith("HTTP/1.1 405");
        assertThat(raw(head("GET /v2/models/resnet20/infer", auth()), new byte[0]))
                .startsWith("HTTP/1.1 405");
        assertThat(raw(head("GET /v2/models/nobody", auth()), new byte[0])).startsWith("HTTP/1.1 404");
        assertThat(raw(head("GET /v2/models/resnet20/versions/9", auth()), new byte[0]))
                .startsWith("HTTP/1.1 404");
        assertThat(raw(head("GET /v2/models/resnet20/versions/1", auth()), new byte[0]))
                .startsWith("HTTP/1.1 200");
        assertThat(raw(head("GET /v2/../../etc/passwd", auth()), new byte[0])).containsAnyOf(" 400", " 404");
        byte[] body = "{\"inputs\":[".getBytes(StandardCharsets.UTF_8);
        assertThat(raw(head("POST /v2/models/resnet20/infer", auth(), "Content-Length: " + body.length), body))
                .startsWith("HTTP/1.1 400")
                .contains("{\"error\":\"the body is no JSON");
        assertThat(raw(
                        head(
                                "POST /v2/models/resnet20/infer",
                                auth(),
                                "Content-Length: " + body.length,
                                "Inference-Header-Content-Length: -4"),
                        body))
                .startsWith("HTTP/1.1 400");
        stillServes();
    }

    @Test
    void noise_on_either_port_harms_nobody() throws IOException {
        Random random = new Random(5);
        for (int i = 0; i < 60; i++) {
            byte[] noise = new byte[random.nextInt(3000)];
            random.nextBytes(noise);
            try (Socket s =
                    new Socket(InetAddress.getLoopbackAddress(), i % 2 == 0 ? server.httpPort() : server.grpcPort())) {
                s.getOutputStream().write(noise);
            } catch (java.net.SocketException e) {
                // it hung up on the noise
            }
        }
        stillServes();
    }

    @Test
    void more_requests_than_allowed_are_refused_as_busy_and_the_others_answered() {
        try (InferenceClient c = InferenceClient.of(
                ClientOptions.of("grpc://127.0.0.1:" + server.grpcPort())
                        .withSecurity(TOKEN, null)
                        .withAttempts(1, Duration.ZERO),
                new NetworkModel(0, 0))) {
            InferRequest batch = InferRequest.of(
                    Rigs.MODEL,
                    Map.of(),
                    TensorData.ofFloats(Rigs.input(), new long[] {12, 3, 32, 32}, new float[12 * Rigs.PIXELS]));
            List<CompletableFuture<String>> all = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
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
            List<String> ends = all.stream().map(CompletableFuture::join).toList();
            assertThat(ends).contains("answered 1").containsOnly("answered 1", "BUSY");
        }
        stillServes();
    }

    @Test
    void a_request_whose_deadline_has_passed_is_not_run() {
        try (InferenceClient c = client("http", server.httpPort(), TOKEN)) {
            assertThatThrownBy(() -> c.infer(Rigs.request(Map.of("timeout", 1L), Rigs.image(1)), Rigs.PATIENCE))
                    .isInstanceOfSatisfying(
                            InferenceException.class,
                            e -> assertThat(e.refusal()).isEqualTo(Refusal.LATE));
        }
    }
}
