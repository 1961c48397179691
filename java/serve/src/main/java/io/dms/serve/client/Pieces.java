package io.dms.serve.client;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The body of a request that stands in several buffers, handed over in views of at most {@link #PIECE} bytes: the JDK's own
 * body of an array copies all of it. Can be sent more than once, as the client does when a connection was stale.
 */
final class Pieces implements BodyPublisher {
    /** What a socket takes at a time; a larger one would be copied anew for each part that it takes. */
    static final int PIECE = 64 << 10;

    private final List<ByteBuffer> parts;
    private final long length;

    Pieces(List<ByteBuffer> parts) {
        this.parts = parts.stream().filter(ByteBuffer::hasRemaining).toList();
        this.length = this.parts.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> to) {
        to.onSubscribe(new Sending(to));
    }

    private final class Sending implements Flow.Subscription {
        private final Flow.Subscriber<? super ByteBuffer> to;
        private final AtomicLong wanted = new AtomicLong();
        private volatile boolean done;
        private int part;
        private int at;

        Sending(Flow.Subscriber<? super ByteBuffer> to) {
            this.to = to;
        }

        @Override
        public void request(long n) {
            if (n <= 0) {
                done = true;
                to.onError(new IllegalArgumentException("asked for " + n + " pieces"));
            } else if (wanted.getAndAccumulate(n, Sending::sum) == 0) {
                // Whoever finds nothing wanted before is the only one here; others only add to what is wanted.
                do {
                    next();
                } while (wanted.decrementAndGet() > 0);
            }
        }

        private static long sum(long a, long b) {
            return a + b < 0 ? Long.MAX_VALUE : a + b;
        }

        private void next() {
            if (done) {
                return;
            }
            if (part < parts.size()) {
                ByteBuffer all = parts.get(part);
                int size = Math.min(PIECE, all.remaining() - at);
                ByteBuffer piece = all.slice(all.position() + at, size);
                at += size;
                if (at == all.remaining()) {
                    part++;
                    at = 0;
                }
                to.onNext(piece);
            }
            if (part == parts.size() && !done) {
                done = true;
                to.onComplete();
            }
        }

        @Override
        public void cancel() {
            done = true;
        }
    }
}
