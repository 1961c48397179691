package io.dms.serve;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler.Sharable;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Settings;

/**
 * What a connection of gRPC needs so that an image travels in few pieces, and which grpc-java has no option for.
 *
 * <p>HTTP/2 frames have 16 KiB unless the receiving side allows more; an image of 600 KB is then 37 frames, each with its
 * own buffers and bookkeeping on both sides. Clients that use what is allowed (those on Netty and on gRPC's C core do; Go's
 * keeps to 16 KiB) send it in three. And where a frame ends within what was read, Netty copies all that is read next behind
 * the rest of it, which is nearly every byte; buffers are strung together instead.
 */
final class LargeFrames extends ChannelInboundHandlerAdapter {
    /** The largest frame that is taken. More would let one image hold up the others on its connection. */
    static final int MAX_BYTES = 256 << 10;

    private LargeFrames() {}

    /** For the pipeline of a channel that listens: each connection gets what it needs. */
    @Sharable
    static final class OfServer extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object connection) {
            ((Channel) connection).pipeline().addLast(new LargeFrames());
            context.fireChannelRead(connection);
        }
    }

    /** Waits for the first bytes behind which HTTP/2 stands: at once, or after the handshake of TLS. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
        if (http2 != null) {
            http2.setCumulator(ByteToMessageDecoder.COMPOSITE_CUMULATOR);
            ChannelHandlerContext own = context.pipeline().context(http2);
            var unused =
                    http2.encoder().writeSettings(own, new Http2Settings().maxFrameSize(MAX_BYTES), own.newPromise());
            own.flush();
            context.pipeline().remove(this);
        }
        context.fireChannelRead(bytes);
    }
}
