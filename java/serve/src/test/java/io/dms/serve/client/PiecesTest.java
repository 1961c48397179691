package io.dms.serve.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** A body of several buffers. */
class PiecesTest {
    /** Asks for a few pieces at a time, from within the piece before. */
    private static final class Reader implements Flow.Subscriber<ByteBuffer> {
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private final int atATime;
        private final int most;
        private int pieces;
        private int ends;
        private int errors;
        private Flow.Subscription from = new Flow.Subscription() {
            @Override
            public void request(long n) {
                throw new IllegalStateException("not subscribed");
            }

            @Override
            public void cancel() {
                throw new IllegalStateException("not subscribed");
            }
        };

        Reader(int atATime, int most) {
            this.atATime = atATime;
            this.most = most;
        }

        @Override
        public void onSubscribe(Flow.Subscription s) {
            from = s;
            s.request(atATime);
        }

        @Override
        public void onNext(ByteBuffer piece) {
            assertThat(ends + errors).isZero();
            assertThat(piece.remaining()).isBetween(1, Pieces.PIECE);
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            got.writeBytes(bytes);
            if (++pieces == most) {
                from.cancel();
            } else if (pieces % atATime == 0) {
                from.request(atATime);
            }
        }

        @Override
        public void onError(Throwable e) {
            errors++;
        }

        @Override
        public void onComplete() {
            ends++;
        }
    }

    private static Pieces body(ByteArrayOutputStream whole) {
        Random random = new Random(1);
        byte[][] parts = {new byte[300], new byte[0], new byte[200_001], new byte[2 * Pieces.PIECE]};
        for (byte[] p : parts) {
            random.nextBytes(p);
            whole.writeBytes(p);
        }
        ByteBuffer moved = ByteBuffer.allocate(parts[2].length + 5)
                .position(5)
                .put(parts[2])
                .position(5);
        return new Pieces(
                List.of(ByteBuffer.wrap(parts[0]), ByteBuffer.wrap(parts[1]), moved, ByteBuffer.wrap(parts[3])));
    }

    @Test
    void all_bytes_come_in_order_and_once_however_they_are_asked_for() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        Pieces body = body(whole);
        assertThat(body.contentLength()).isEqualTo(whole.size());
        for (int atATime : new int[] {1, 2, 1000}) {
            Reader r = new Reader(atATime, Integer.MAX_VALUE);
            body.subscribe(r);
            assertThat(r.got.toByteArray()).isEqualTo(whole.toByteArray());
            assertThat(r.ends).isEqualTo(1);
            assertThat(r.errors).isZero();
        }
    }

    @Test
    void nothing_comes_after_it_was_cancelled_or_asked_wrongly() {
        Reader r = new Reader(1, 2);
        body(new ByteArrayOutputStream()).subscribe(r);
        assertThat(r.pieces).isEqualTo(2);
        assertThat(r.ends).isZero();
        Reader wrong = new Reader(0, 2);
        body(new ByteArrayOutputStream()).subscribe(wrong);
        assertThat(wrong.pieces).isZero();
        assertThat(wrong.errors).isEqualTo(1);
    }
}
