package io.dms.serve;

import io.dms.serve.protocol.GrpcCodec;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.wire.GRPCInferenceServiceGrpc;
import io.dms.serve.wire.ModelInferRequest;
import io.dms.serve.wire.ModelInferResponse;
import io.dms.serve.wire.ModelMetadataRequest;
import io.dms.serve.wire.ModelMetadataResponse;
import io.dms.serve.wire.ModelReadyRequest;
import io.dms.serve.wire.ModelReadyResponse;
import io.dms.serve.wire.ModelStatisticsRequest;
import io.dms.serve.wire.ModelStatisticsResponse;
import io.dms.serve.wire.ServerLiveRequest;
import io.dms.serve.wire.ServerLiveResponse;
import io.dms.serve.wire.ServerMetadataRequest;
import io.dms.serve.wire.ServerMetadataResponse;
import io.dms.serve.wire.ServerReadyRequest;
import io.dms.serve.wire.ServerReadyResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The protocol over gRPC. Its calls only check and hand on, so that they may run in the transport's own threads. */
final class GrpcService extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private final Engine engine;

    GrpcService(Engine engine) {
        this.engine = engine;
    }

    @Override
    public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> to) {
        reply(to, () -> ServerLiveResponse.newBuilder().setLive(true).build());
    }

    @Override
    public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> to) {
        reply(
                to,
                () -> ServerReadyResponse.newBuilder().setReady(engine.ready()).build());
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> to) {
        reply(to, () -> {
            engine.model(request.getName(), request.getVersion());
            return ModelReadyResponse.newBuilder().setReady(engine.ready()).build();
        });
    }

    @Override
    public void serverMetadata(ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> to) {
        reply(
                to,
                () -> ServerMetadataResponse.newBuilder()
                        .setName(About.SERVER.name())
                        .setVersion(About.SERVER.version())
                        .addAllExtensions(About.SERVER.extensions())
                        .build());
    }

    @Override
    public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> to) {
        reply(
                to,
                () -> GrpcCodec.write(
                        engine.model(request.getName(), request.getVersion()).info()));
    }

    @Override
    public void modelStatistics(ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> to) {
        reply(to, () -> {
            ModelStatisticsResponse.Builder out = ModelStatisticsResponse.newBuilder();
            if (request.getName().isEmpty()) {
                engine.models().forEach(m -> out.addModelStats(StatisticsForms.proto(m)));
            } else {
                out.addModelStats(StatisticsForms.proto(engine.model(request.getName(), request.getVersion())));
            }
            return out.build();
        });
    }

    /** All methods, inference with a marshaller that spares copies. */
    ServerServiceDefinition definition() {
        ServerServiceDefinition generated = bindService();
        MethodDescriptor<ModelInferRequest, ModelInferResponse> infer = GRPCInferenceServiceGrpc.getModelInferMethod();
        MethodDescriptor<ReceivedRequest, ModelInferResponse> own = infer.toBuilder(
                        new ReceivedRequest.Marshaller(new ByteArrays()), infer.getResponseMarshaller())
                .build();
        ServerServiceDefinition.Builder out =
                ServerServiceDefinition.builder(generated.getServiceDescriptor().getName());
        for (ServerMethodDefinition<?, ?> m : generated.getMethods()) {
            if (m.getMethodDescriptor().getFullMethodName().equals(infer.getFullMethodName())) {
                out.addMethod(own, ServerCalls.asyncUnaryCall(this::infer));
            } else {
                out.addMethod(m);
            }
        }
        return out.build();
    }

    private void infer(ReceivedRequest request, StreamObserver<ModelInferResponse> to) {
        long arrival = System.nanoTime();
        ServerCallStreamObserver<ModelInferResponse> call = (ServerCallStreamObserver<ModelInferResponse>) to;
        call.setOnCancelHandler(() -> {});
        Deadline deadline = Context.current().getDeadline();
        long until = deadline == null ? Long.MAX_VALUE : arrival + deadline.timeRemaining(TimeUnit.NANOSECONDS);
        try {
            engine.submit(GrpcCodec.read(request.message()), arrival, until, call::isCancelled, new Job.Reply() {
                @Override
                public void answer(InferResponse response) {
                    request.release();
                    call.onNext(GrpcCodec.write(response));
                    call.onCompleted();
                }

                @Override
                public void refuse(InferenceException why) {
                    request.release();
                    call.onError(status(why));
                }
            });
        } catch (InferenceException e) {
            request.release();
            call.onError(status(e));
        }
    }

    private static <T> void reply(StreamObserver<T> to, Supplier<T> answer) {
        T message;
        try {
            message = answer.get();
        } catch (InferenceException e) {
            to.onError(status(e));
            return;
        }
        to.onNext(message);
        to.onCompleted();
    }

    static StatusRuntimeException status(InferenceException e) {
        Refusal r = e.refusal();
        return Status.fromCode(r.grpc()).withDescription(e.reason()).asRuntimeException();
    }
}
