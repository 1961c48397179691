package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.serve.client.RemoteAnswer.From;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultTest {
    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    void each_request_comes_to_one_end_whatever_happens_to_the_server_in_its_middle(String scheme) throws Exception {
        FaultRun.Report r = FaultRun.run(scheme, 20, 1, Duration.ofMillis(700));
        assertThat(r.wrong).isEmpty();
        assertThat(r.faults.values().stream().mapToInt(i -> i).sum()).isGreaterThanOrEqualTo(20);
        assertThat(r.faults.keySet()).hasSize(5);
        assertThat(r.ends.values().stream().mapToInt(i -> i).sum()).isEqualTo(r.requests);
        assertThat(r.ends.getOrDefault(From.DEVICE, 0) + r.ends.getOrDefault(From.SERVER, 0))
                .isPositive();
    }
}
