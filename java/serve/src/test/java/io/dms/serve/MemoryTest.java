package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.serve.client.InferenceClient;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.TensorData;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What requests leave behind in the transport's memory. */
class MemoryTest {
    private static final int LARGE = 64;

    private static InferRequest large(String width) {
        return InferRequest.of(
                Rigs.MODEL,
                Map.of("width", width),
                TensorData.ofFloats(Rigs.input(), new long[] {LARGE, 3, 32, 32}, new float[LARGE * Rigs.PIXELS]));
    }

    @Test
    void nothing_stays_in_use_after_requests_that_were_answered_refused_cut_or_given_up() throws Exception {
        assertThat(inUseAtRest()).isZero(); // connections of other tests may still be closing
        try (InferenceServer server = InferenceServer.open(Rigs.models(), Rigs.options())) {
            String address = "grpc://127.0.0.1:" + server.grpcPort();
            try (InferenceClient client = InferenceClient.of(address)) {
                for (int i = 0; i < 20; i++) {
                    client.infer(Rigs.request(Map.of(), Rigs.image(i)), Rigs.PATIENCE);
                    assertThatThrownBy(() -> client.infer(large("0.6"), Rigs.PATIENCE))
                            .isInstanceOf(InferenceException.class);
                }
            }
            for (int i = 1; i <= 20; i++) {
                try (InferenceClient hasty = InferenceClient.of(address)) {
                    Duration patience = Duration.ofMillis(i);
                    assertThatThrownBy(() -> hasty.infer(large("1.00"), patience))
                            .isInstanceOf(InferenceException.class);
                }
                noise(server.grpcPort(), i);
            }
        }
        assertThat(inUseAtRest()).isZero();
    }

    /** The beginning of a connection that nothing follows. */
    private static void noise(int port, int bytes) throws IOException {
        try (Socket s = new Socket("127.0.0.1", port)) {
            byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            s.getOutputStream().write(preface, 0, Math.min(bytes, preface.length));
        }
    }

    /** Bytes of the transport's pool that somebody holds, once nobody does any more or patience is over. */
    private static long inUseAtRest() throws InterruptedException {
        long until = System.nanoTime() + Rigs.PATIENCE.toNanos();
        while (GrpcBuffers.pool().pinnedDirectMemory() > 0 && System.nanoTime() < until) {
            Thread.sleep(10);
        }
        return GrpcBuffers.pool().pinnedDirectMemory();
    }
}
