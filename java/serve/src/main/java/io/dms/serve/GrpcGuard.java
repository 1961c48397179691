package io.dms.serve;

import io.dms.serve.wire.GRPCInferenceServiceGrpc;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a call must pass first: a token, where the server wants one, and a request that is sent in time. */
final class GrpcGuard implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcGuard.class);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** Whoever watches over a server needs no secret. */
    private static final Set<String> OPEN = Set.of(
            GRPCInferenceServiceGrpc.getServerLiveMethod().getFullMethodName(),
            GRPCInferenceServiceGrpc.getServerReadyMethod().getFullMethodName());

    /** How often in the time that a request may take it is looked who is too slow. */
    private static final int TICKS = 8;

    private final @Nullable AccessToken token;
    private final long readMillis;
    private final Set<Pending> pending = ConcurrentHashMap.newKeySet();

    GrpcGuard(@Nullable AccessToken token, long readMillis, ScheduledExecutorService timer) {
        this.token = token;
        this.readMillis = readMillis;
        long tick = Math.max(5, readMillis / TICKS);
        var unused = timer.scheduleWithFixedDelay(this::sweep, tick, tick, TimeUnit.MILLISECONDS);
    }

    /** A call whose request is not there yet. Each is an object of its own, whatever it holds. */
    private static final class Pending {
        private final ServerCall<?, ?> call;
        private final long sinceNanos;

        Pending(ServerCall<?, ?> call, long sinceNanos) {
            this.call = call;
            this.sinceNanos = sinceNanos;
        }
    }

    /** Ends calls that are too slow. A timer for each call would wake a thread for each request. */
    private void sweep() {
        long now = System.nanoTime();
        for (Pending p : pending) {
            if (now - p.sinceNanos >= TimeUnit.MILLISECONDS.toNanos(readMillis) && pending.remove(p)) {
                try {
                    p.call.close(
                            Status.ABORTED.withDescription("the request was not sent within " + readMillis + " ms"),
                            new Metadata());
                } catch (IllegalStateException e) {
                    LOG.debug("a slow call has ended by itself", e);
                }
            }
        }
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        boolean open = OPEN.contains(call.getMethodDescriptor().getFullMethodName());
        if (token != null && !open && !token.admits(headers.get(AUTHORIZATION))) {
            call.close(Status.UNAUTHENTICATED.withDescription(RestHandler.NO_TOKEN), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Pending own = new Pending(call, System.nanoTime());
        pending.add(own);
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean inTime;

            @Override
            public void onMessage(Q message) {
                inTime |= pending.remove(own);
                if (inTime) {
                    super.onMessage(message);
                }
            }

            @Override
            public void onHalfClose() {
                if (inTime) {
                    super.onHalfClose();
                }
            }

            @Override
            public void onCancel() {
                pending.remove(own);
                super.onCancel();
            }
        };
    }
}
