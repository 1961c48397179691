package io.dms.serve.client;

import io.dms.serve.AccessToken;
import io.dms.serve.GrpcBuffers;
import io.dms.serve.TlsFiles;
import io.dms.serve.protocol.GrpcCodec;
import io.dms.serve.protocol.InferRequest;
import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.ModelFigures;
import io.dms.serve.protocol.ModelInfo;
import io.dms.serve.protocol.Refusal;
import io.dms.serve.protocol.ServerInfo;
import io.dms.serve.wire.GRPCInferenceServiceGrpc;
import io.dms.serve.wire.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.dms.serve.wire.InferStatistics;
import io.dms.serve.wire.ModelInferRequest;
import io.dms.serve.wire.ModelInferResponse;
import io.dms.serve.wire.ModelMetadataRequest;
import io.dms.serve.wire.ModelMetadataResponse;
import io.dms.serve.wire.ModelReadyRequest;
import io.dms.serve.wire.ModelStatistics;
import io.dms.serve.wire.ModelStatisticsRequest;
import io.dms.serve.wire.ModelStatisticsResponse;
import io.dms.serve.wire.ServerLiveRequest;
import io.dms.serve.wire.ServerMetadataRequest;
import io.dms.serve.wire.ServerMetadataResponse;
import io.dms.serve.wire.ServerReadyRequest;
import io.dms.serve.wire.StatisticDuration;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The way over gRPC. */
final class GrpcTransport implements Transport {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel channel;
    private final GRPCInferenceServiceBlockingStub stub;

    GrpcTransport(ClientOptions o) {
        channel = NettyChannelBuilder.forAddress(
                        o.address().getHost(), o.address().getPort(), credentials(o))
                .maxInboundMessageSize(o.maxBytes())
                .withOption(ChannelOption.ALLOCATOR, GrpcBuffers.pool())
                .flowControlWindow(GrpcBuffers.WINDOW)
                .disableRetry()
                .build();
        AccessToken token = o.token();
        GRPCInferenceServiceBlockingStub plain = GRPCInferenceServiceGrpc.newBlockingStub(channel);
        if (token == null) {
            stub = plain;
        } else {
            Metadata headers = new Metadata();
            headers.put(AUTHORIZATION, token.header());
            stub = plain.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        }
    }

    private static ChannelCredentials credentials(ClientOptions o) {
        if (!o.tls()) {
            return InsecureChannelCredentials.create();
        }
        Path trust = o.trust();
        TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
        return (trust == null ? tls : tls.trustManager(TlsFiles.trust(trust))).build();
    }

    private <T> T call(long nanos, Function<GRPCInferenceServiceBlockingStub, T> what) {
        try {
            return what.apply(stub.withDeadlineAfter(Math.max(1, nanos), TimeUnit.NANOSECONDS));
        } catch (StatusRuntimeException e) {
            Status s = e.getStatus();
            Refusal r = switch (s.getCode()) {
                case CANCELLED, UNKNOWN -> Refusal.UNAVAILABLE;
                case RESOURCE_EXHAUSTED -> tooLarge(s) ? Refusal.TOO_LARGE : Refusal.BUSY;
                default -> Refusal.ofGrpc(s.getCode());
            };
            String text = s.getDescription() == null ? s.getCode().name() : s.getDescription();
            throw new InferenceException(r, text, e);
        }
    }

    /** A message over a limit of size has the status of a busy server; only the text tells them apart. */
    private static boolean tooLarge(Status s) {
        return s.getDescription() != null && s.getDescription().contains("maximum size");
    }

    @Override
    public boolean live(long nanos) {
        return call(
                nanos, s -> s.serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
    }

    @Override
    public boolean ready(long nanos) {
        return call(
                nanos,
                s -> s.serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
    }

    @Override
    public boolean modelReady(String model, String version, long nanos) {
        return call(
                nanos,
                s -> s.modelReady(ModelReadyRequest.newBuilder()
                                .setName(model)
                                .setVersion(version)
                                .build())
                        .getReady());
    }

    @Override
    public ServerInfo server(long nanos) {
        ServerMetadataResponse m = call(nanos, s -> s.serverMetadata(ServerMetadataRequest.getDefaultInstance()));
        return new ServerInfo(m.getName(), m.getVersion(), m.getExtensionsList());
    }

    @Override
    public ModelInfo model(String model, String version, long nanos) {
        ModelMetadataRequest asked = ModelMetadataRequest.newBuilder()
                .setName(model)
                .setVersion(version)
                .build();
        ModelMetadataResponse m = call(nanos, s -> s.modelMetadata(asked));
        return GrpcCodec.read(m);
    }

    @Override
    public ModelFigures statistics(String model, String version, long nanos) {
        ModelStatisticsRequest asked = ModelStatisticsRequest.newBuilder()
                .setName(model)
                .setVersion(version)
                .build();
        ModelStatisticsResponse all = call(nanos, s -> s.modelStatistics(asked));
        if (all.getModelStatsCount() == 0) {
            throw new InferenceException(Refusal.INTERNAL, "the server gave no statistics");
        }
        ModelStatistics m = all.getModelStats(0);
        InferStatistics i = m.getInferenceStats();
        return new ModelFigures(
                m.getName(),
                m.getVersion(),
                m.getLastInference() == 0 ? null : Instant.ofEpochMilli(m.getLastInference()),
                m.getInferenceCount(),
                m.getExecutionCount(),
                total(i.getSuccess()),
                total(i.getFail()),
                total(i.getQueue()),
                total(i.getComputeInput()),
                total(i.getComputeInfer()),
                total(i.getComputeOutput()));
    }

    private static ModelFigures.Total total(StatisticDuration d) {
        return new ModelFigures.Total(d.getCount(), d.getNs());
    }

    @Override
    public InferResponse infer(InferRequest request, long deadlineNanos) {
        ModelInferRequest asked = GrpcCodec.write(request);
        ModelInferResponse m = call(deadlineNanos - System.nanoTime(), s -> s.modelInfer(asked));
        return GrpcCodec.read(m);
    }

    @Override
    public void forgetLoss() {
        channel.enterIdle();
        channel.resetConnectBackoff();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
