package io.dms.serve;

import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Refusal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** Gathers the body of a request without a thread that waits, up to a size and a time. */
final class BodyReader implements Invocable.Task {
    /** What happens with the body; one of the two, once. */
    interface Then {
        /** All of it is there: the first bytes of an array that is to be given back to where it came from. */
        void whole(byte[] body, int length);

        void failed(InferenceException why);
    }

    private final Request request;
    private final int maxBytes;
    private final Duration limit;
    private final Then then;
    private final ByteArrays arrays;
    private byte[] body = new byte[0];
    private int length;
    private boolean done;
    private Scheduler.@Nullable Task timeout;

    BodyReader(Request request, int maxBytes, Duration limit, ByteArrays arrays, Then then) {
        this.request = request;
        this.maxBytes = maxBytes;
        this.limit = limit;
        this.arrays = arrays;
        this.then = then;
    }

    void start() {
        long announced = request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
        if (announced > maxBytes) {
            then.failed(tooLarge());
            return;
        }
        if (announced > 0) {
            body = arrays.take((int) Math.min(announced, 1 << 20));
        }
        timeout = request.getComponents().getScheduler().schedule(this::late, limit.toMillis(), TimeUnit.MILLISECONDS);
        run();
    }

    private InferenceException tooLarge() {
        return new InferenceException(
                Refusal.TOO_LARGE, "a request may have at most " + maxBytes + " bytes on this server");
    }

    private void late() {
        end(() -> then.failed(
                new InferenceException(Refusal.SLOW, "the request was not sent within " + limit.toMillis() + " ms")));
    }

    private synchronized boolean claim() {
        boolean first = !done;
        done = true;
        return first;
    }

    private void end(Runnable what) {
        if (claim()) {
            Scheduler.Task t = timeout;
            if (t != null) {
                t.cancel();
            }
            what.run();
        }
    }

    private synchronized boolean ended() {
        return done;
    }

    /** Nothing here waits, so the thread that sees bytes come may read them itself. */
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public void run() {
        while (!ended()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                end(() -> then.failed(new InferenceException(
                        Refusal.SLOW,
                        "the request broke off: " + chunk.getFailure().getMessage())));
                return;
            }
            ByteBuffer bytes = chunk.getByteBuffer();
            boolean fits = bytes.remaining() <= maxBytes - length;
            if (fits) {
                take(bytes);
            }
            boolean last = chunk.isLast();
            chunk.release();
            if (!fits) {
                end(() -> then.failed(tooLarge()));
            } else if (last) {
                end(() -> then.whole(body, length));
            }
        }
    }

    private void take(ByteBuffer bytes) {
        int n = bytes.remaining();
        if (body.length - length < n) {
            body = Arrays.copyOf(body, (int) Math.min(maxBytes, Math.max(length + (long) n, 2L * body.length)));
        }
        bytes.get(body, length, n);
        length += n;
    }
}
