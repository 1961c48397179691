package io.dms.serve;

import io.dms.serve.wire.GRPCInferenceServiceGrpc;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a call must pass first: a token, where the server wants one, and a request that is sent in time. */
final class GrpcGuard implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** Whoever watches over a server needs no secret. */
    private static final Set<String> OPEN = Set.of(
            GRPCInferenceServiceGrpc.getServerLiveMethod().getFullMethodName(),
            GRPCInferenceServiceGrpc.getServerReadyMethod().getFullMethodName());

    private final @Nullable AccessToken token;
    private final long readMillis;
    private final ScheduledExecutorService timer;

    GrpcGuard(@Nullable AccessToken token, long readMillis, ScheduledExecutorService timer) {
        this.token = token;
        this.readMillis = readMillis;
        this.timer = timer;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        boolean open = OPEN.contains(call.getMethodDescriptor().getFullMethodName());
        if (token != null && !open && !token.admits(headers.get(AUTHORIZATION))) {
            call.close(Status.UNAUTHENTICATED.withDescription(RestHandler.NO_TOKEN), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        ScheduledFuture<?> slow = timer.schedule(
                () -> call.close(
                        Status.ABORTED.withDescription("the request was not sent within " + readMillis + " ms"),
                        new Metadata()),
                readMillis,
                TimeUnit.MILLISECONDS);
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean inTime;

            @Override
            public void onMessage(Q message) {
                inTime = slow.cancel(false) || slow.isCancelled();
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
                slow.cancel(false);
                super.onCancel();
            }
        };
    }
}
