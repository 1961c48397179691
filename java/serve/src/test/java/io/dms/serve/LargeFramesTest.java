package io.dms.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a connection of gRPC is told, read from its bytes. */
class LargeFramesTest {
    private static final int SETTINGS = 4;
    private static final int MAX_FRAME_SIZE = 5;
    private static final int ACK = 1;

    @Test
    void a_client_is_told_that_it_may_send_large_frames() throws IOException {
        try (InferenceServer server = InferenceServer.open(Rigs.models(), Rigs.options());
                Socket s = new Socket("127.0.0.1", server.grpcPort())) {
            s.setSoTimeout((int) Rigs.PATIENCE.toMillis());
            s.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            s.getOutputStream().write(new byte[] {0, 0, 0, SETTINGS, 0, 0, 0, 0, 0});
            s.getOutputStream().flush();
            assertThat(largestFrame(new DataInputStream(s.getInputStream()))).isEqualTo(LargeFrames.MAX_BYTES);
        }
    }

    /** Reads frames until one says how large frames may be. */
    private static int largestFrame(DataInputStream in) throws IOException {
        for (int frame = 0; frame < 10; frame++) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            assertThat(stream).isZero();
            if (type != SETTINGS || (flags & ACK) != 0) {
                in.skipNBytes(length);
                continue;
            }
            for (int at = 0; at < length; at += 6) {
                int id = in.readUnsignedShort();
                int value = in.readInt();
                if (id == MAX_FRAME_SIZE) {
                    return value;
                }
            }
        }
        return 16 << 10;
    }
}
