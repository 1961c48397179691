package io.dms.serve;

import io.dms.model.EnvironmentException;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The gRPC side of a server: grpc-java on Netty. */
final class GrpcEndpoint implements AutoCloseable {
    /** Strangers' noise is refused by the transport; a stack trace for each would only fill the log. */
    private static final Logger TRANSPORT = Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty");

    /** What is read at a time at most. */
    private static final int READ_BYTES = 256 << 10;

    private static final ThreadFactory LOOPS = new DefaultThreadFactory("serve-grpc", true);

    private final Server server;
    private final EventLoopGroup loops;
    private final ScheduledExecutorService timer;

    /** @throws EnvironmentException if the port can't be had */
    GrpcEndpoint(Engine engine) {
        ServerOptions o = engine.options();
        TRANSPORT.setLevel(Level.SEVERE);
        ServerCredentials credentials = credentials(o);
        timer = timer();
        boolean epoll = Epoll.isAvailable();
        loops = epoll ? new EpollEventLoopGroup(0, LOOPS) : new NioEventLoopGroup(0, LOOPS);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(o.host(), o.grpcPort()), credentials)
                .directExecutor()
                .channelFactory(() -> listening(epoll))
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .withChildOption(ChannelOption.ALLOCATOR, GrpcBuffers.pool())
                .withChildOption(ChannelOption.RCVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(64, 2048, READ_BYTES))
                .flowControlWindow(GrpcBuffers.WINDOW)
                .maxInboundMessageSize(o.maxBytes())
                .maxConcurrentCallsPerConnection(Math.max(16, 2 * o.maxConcurrent()))
                .maxConnectionIdle(o.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .maxRstFramesPerWindow(1000, 10)
                .intercept(new GrpcGuard(o.token(), o.readTimeout().toMillis(), timer))
                .addService(new GrpcService(engine).definition())
                .build();
        try {
            server.start();
        } catch (IOException e) {
            end();
            throw new EnvironmentException(
                    "can't listen on " + o.host() + ":" + o.grpcPort() + " for gRPC: " + cause(e)
                            + "; choose another --grpc-port or --host",
                    e);
        }
    }

    /** A channel that listens, and gives each connection what images need. */
    private static ServerChannel listening(boolean epoll) {
        ServerChannel channel = epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
        channel.pipeline().addFirst(new LargeFrames.OfServer());
        return channel;
    }

    /** The loops end when they have been still for some seconds: a worker's last answer may be on its way to them. */
    private void end() {
        timer.shutdownNow();
        var unused = loops.shutdownGracefully();
    }

    /** A timer that forgets calls that came in time at once, and takes no more calls once it has ended. */
    private static ScheduledExecutorService timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1,
                r -> {
                    Thread t = new Thread(r, "serve-slow-calls");
                    t.setDaemon(true);
                    return t;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    private static String cause(Throwable e) {
        Throwable inner = e.getCause();
        Throwable first = inner == null ? e : inner;
        return first instanceof UnresolvedAddressException
                ? "no such address is known"
                : String.valueOf(first.getMessage());
    }

    private static ServerCredentials credentials(ServerOptions o) {
        Path certificate = o.certificate();
        Path key = o.key();
        return certificate == null || key == null
                ? InsecureServerCredentials.create()
                : TlsServerCredentials.newBuilder()
                        .keyManager(TlsFiles.identity(certificate, key))
                        .build();
    }

    int port() {
        return server.getPort();
    }

    /** Ends at once: calls in flight are cut. */
    void kill() {
        server.shutdownNow();
        await(1000);
        end();
    }

    private boolean await(long millis) {
        try {
            return server.awaitTermination(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Lets answers that are on their way go out, then ends. */
    @Override
    public void close() {
        server.shutdown();
        if (!await(1000)) {
            server.shutdownNow();
            await(1000);
        }
        end();
    }
}
