package io.dms.serve.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Calls over HTTP to a server of a socket, which does as it likes. */
class HttpCallerTest {
    private static final long PATIENCE = Duration.ofSeconds(20).toNanos();

    private static HttpCaller caller(ServerSocket to, int maxBytes) {
        return new HttpCaller(new ClientOptions(
                URI.create("http://127.0.0.1:" + to.getLocalPort()), null, null, 1, Duration.ZERO, maxBytes));
    }

    /** Reads a head and so many bytes behind it, and answers. */
    private static CompletableFuture<byte[]> serve(ServerSocket at, int bytes, String answer) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket s = at.accept()) {
                for (int last = 0, b = s.getInputStream().read();
                        ;
                        last = last << 8 | b, b = s.getInputStream().read()) {
                    if ((last << 8 | b) == 0x0d0a0d0a) {
                        break;
                    }
                }
                byte[] body = s.getInputStream().readNBytes(bytes);
                s.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                s.getOutputStream().flush();
                return body;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    @Test
    void a_body_of_several_buffers_arrives_as_their_bytes_one_behind_the_other() throws IOException {
        Random random = new Random(1);
        ByteBuffer all = ByteBuffer.allocate(700_001);
        random.nextBytes(all.array());
        List<ByteBuffer> parts =
                List.of(all.slice(0, 3), all.slice(3, 0), all.duplicate().position(3));
        try (ServerSocket at = listen();
                HttpCaller caller = caller(at, 100)) {
            CompletableFuture<byte[]> got = serve(at, all.capacity(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            var answer = caller.call("/x", parts, 3, PATIENCE);
            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(answer.getContentAsString()).isEqualTo("ok");
            assertThat(got.join()).isEqualTo(all.array());
            assertThat(parts.get(2).remaining()).isEqualTo(all.capacity() - 3);
        }
    }

    @Test
    void pieces_are_no_larger_than_a_socket_takes_at_a_time() {
        List<ByteBuffer> pieces = HttpCaller.pieces(List.of(ByteBuffer.allocate(2 * HttpCaller.PIECE + 1)));
        assertThat(pieces.stream().map(ByteBuffer::remaining)).containsExactly(HttpCaller.PIECE, HttpCaller.PIECE, 1);
    }

    @Test
    void an_answer_over_the_limit_is_not_listened_to() throws IOException {
        try (ServerSocket at = listen();
                HttpCaller caller = caller(at, 100)) {
            var unused = serve(at, 0, "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + "x".repeat(101));
            refused(caller, Refusal.INTERNAL, PATIENCE);
        }
    }

    @Test
    void a_server_that_says_nothing_is_late_and_one_that_hangs_up_is_lost() throws IOException {
        try (ServerSocket at = listen();
                HttpCaller caller = caller(at, 100)) {
            refused(caller, Refusal.LATE, Duration.ofMillis(50).toNanos());
        }
        try (ServerSocket at = listen();
                HttpCaller caller = caller(at, 100)) {
            var unused = serve(at, 0, "");
            refused(caller, Refusal.UNAVAILABLE, PATIENCE);
        }
    }

    private static void refused(HttpCaller caller, Refusal why, long nanos) {
        assertThatThrownBy(() -> caller.call("/x", List.of(), null, nanos))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.refusal()).isEqualTo(why));
    }
}
