package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.dms.serve.protocol.GrpcCodec;
import io.dms.serve.wire.ModelInferRequest;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests that are read into arrays that are used again. */
class ReceivedRequestTest {
    private final ByteArrays arrays = new ByteArrays();
    private final ReceivedRequest.Marshaller marshaller = new ReceivedRequest.Marshaller(arrays);

    private static ModelInferRequest request(long seed) {
        return GrpcCodec.write(Rigs.request(Map.of("width", 0.5), Rigs.image(seed)));
    }

    @Test
    void a_request_reads_as_the_generated_code_reads_it() {
        for (int seed = 0; seed < 5; seed++) {
            ModelInferRequest sent = request(seed);
            ReceivedRequest got = marshaller.parse(sent.toByteString().newInput());
            assertThat(got.message()).isEqualTo(sent);
            got.release();
        }
    }

    @Test
    void tensors_are_views_and_a_released_array_serves_the_next_request() {
        ReceivedRequest first = marshaller.parse(request(1).toByteString().newInput());
        ByteString pixels = first.message().getRawInputContents(0);
        ByteString before = ByteString.copyFrom(pixels.toByteArray());
        ReceivedRequest second = marshaller.parse(request(2).toByteString().newInput());
        assertThat(pixels).isEqualTo(before);
        first.release();
        ReceivedRequest third = marshaller.parse(request(3).toByteString().newInput());
        assertThat(ByteString.copyFrom(pixels.toByteArray()))
                .isEqualTo(third.message().getRawInputContents(0));
        assertThat(second.message()).isEqualTo(request(2));
    }

    @Test
    void a_stream_that_does_not_know_its_length_is_read_to_its_end() {
        ModelInferRequest sent = request(4);
        InputStream shy = new FilterInputStream(new ByteArrayInputStream(sent.toByteArray())) {
            @Override
            public int available() {
                return 7;
            }
        };
        assertThat(marshaller.parse(shy).message()).isEqualTo(sent);
    }

    @Test
    void damaged_bytes_are_refused_whatever_they_are() {
        byte[] whole = request(5).toByteArray();
        Random random = new Random(6);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            byte[] damaged = java.util.Arrays.copyOf(whole, random.nextInt(whole.length));
            for (int k = 0; k < 3 && damaged.length > 0; k++) {
                damaged[random.nextInt(Math.min(damaged.length, 80))] = (byte) random.nextInt();
            }
            try {
                marshaller.parse(new ByteArrayInputStream(damaged)).release();
            } catch (StatusRuntimeException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(200);
        assertThatThrownBy(() -> marshaller.parse(new ByteArrayInputStream(new byte[] {-1, -1, -1})))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("INTERNAL");
    }
}
