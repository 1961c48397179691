package io.dms.serve.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.TensorData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OvershootTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** Answers at once. */
    private static final class Device implements LocalModel {
        @Override
        public double meanSeconds() {
            return 0;
        }

        @Override
        public double seconds() {
            return 0;
        }

        @Override
        public InferResponse run(List<TensorData> tensors) {
            return new InferResponse("m", "1", "", Map.of(), List.of());
        }
    }

    @Test
    void theLongestOfTheLastTimesCountsAndFades() {
        Overshoot o = new Overshoot();
        long least = o.nanos();
        o.late(SECOND);
        o.late(SECOND / 2);
        assertThat(o.nanos()).isEqualTo(SECOND);
        for (int i = 0; i < 22; i++) {
            o.fade();
        }
        assertThat(o.nanos()).isBetween(SECOND * 48 / 100, SECOND * 52 / 100);
        for (int i = 0; i < 1000; i++) {
            o.fade();
        }
        assertThat(o.nanos()).isEqualTo(least);
    }

    @Test
    void aServerIsAskedAgainAfterOneWakingThatWasLaterThanEveryDeadline() throws IOException {
        int nobody;
        try (ServerSocket s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = s.getLocalPort();
        }
        Overshoot overshoot = new Overshoot();
        overshoot.late(20 * SECOND);
        try (InferenceClient client = InferenceClient.of("http://127.0.0.1:" + nobody)) {
            RemoteVariant v = new RemoteVariant(client, "m", Map.of(), new Device(), overshoot);
            int requests = 0;
            while (client.network().lossesInARow() == 0 && requests < 200) {
                RemoteAnswer a = v.serve(List.of(), System.nanoTime() + 5 * SECOND);
                assertThat(a.from()).isEqualTo(RemoteAnswer.From.DEVICE);
                var loss = a.loss();
                if (client.network().lossesInARow() == 0) {
                    assertThat(loss == null ? null : loss.reason()).contains("before the device has to begin");
                }
                requests++;
            }
            assertThat(requests).isBetween(20, 100);
        }
    }
}
