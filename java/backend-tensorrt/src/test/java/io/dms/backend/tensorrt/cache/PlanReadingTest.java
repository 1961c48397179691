package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanReadingTest {
    private static final int PIECE = 1 << 20;

    @TempDir
    Path folder = Path.of("");

    private interface Reading {
        void read(FileChannel channel, ByteBuffer into, MessageDigest digest) throws IOException;
    }

    private static final Reading[] WAYS = {
        PlanReading::alone,
        PlanReading::byTwo,
        (channel, into, digest) -> PlanReading.read(channel, into, digest, 1),
        (channel, into, digest) -> PlanReading.read(channel, into, digest, 1000)
    };

    /** A digest that fails at its second piece. */
    private static final class Failing extends MessageDigest {
        private boolean again;

        Failing() {
            super("none");
        }

        @Override
        protected void engineUpdate(byte input) {
            throw new IllegalStateException("by a byte");
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            if (again) {
                throw new IllegalStateException("no more");
            }
            again = true;
        }

        @Override
        protected byte[] engineDigest() {
            return new byte[0];
        }

        @Override
        protected void engineReset() {
            again = false;
        }
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("plan"), content);
    }

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new SplittableRandom(size).nextBytes(content);
        return content;
    }

    @Test
    void what_is_in_memory_is_the_file_and_is_what_was_digested() throws IOException {
        for (int size : new int[] {0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 77}) {
            byte[] content = content(size);
            Path file = file(content);
            for (Reading way : WAYS) {
                ByteBuffer into = ByteBuffer.allocateDirect(size);
                MessageDigest digest = EngineKey.sha256();
                try (FileChannel channel = FileChannel.open(file)) {
                    way.read(channel, into, digest);
                }
                assertThat(into.clear()).isEqualTo(ByteBuffer.wrap(content));
                assertThat(digest.digest()).isEqualTo(EngineKey.sha256().digest(content));
            }
        }
    }

    @Test
    void a_file_that_became_shorter_is_told() throws IOException {
        for (int there : new int[] {0, 1, PIECE, 2 * PIECE + 5}) {
            Path file = file(content(there));
            for (Reading way : WAYS) {
                try (FileChannel channel = FileChannel.open(file)) {
                    assertThatThrownBy(
                                    () -> way.read(channel, ByteBuffer.allocateDirect(3 * PIECE), EngineKey.sha256()))
                            .isInstanceOf(EOFException.class)
                            .hasMessage("became shorter");
                }
            }
        }
    }

    @Test
    void an_interrupt_leaves_the_file_open_and_the_reading_whole() throws IOException {
        byte[] content = content(3 * PIECE);
        Path file = file(content);
        ByteBuffer into = ByteBuffer.allocateDirect(content.length);
        try (FileChannel channel = FileChannel.open(file)) {
            Thread.currentThread().interrupt();
            PlanReading.byTwo(channel, into, EngineKey.sha256());
            assertThat(Thread.interrupted()).isTrue();
            assertThat(channel.isOpen()).isTrue();
        } finally {
            Thread.interrupted();
        }
        assertThat(into).isEqualTo(ByteBuffer.wrap(content));
    }

    @Test
    void what_fails_on_either_thread_is_thrown_here() throws IOException {
        Path file = file(content(3 * PIECE));
        ByteBuffer into = ByteBuffer.allocateDirect(3 * PIECE);
        for (Reading way : WAYS) {
            try (FileChannel channel = FileChannel.open(file)) {
                assertThatThrownBy(() -> way.read(channel, into, new Failing()))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("no more");
            }
            FileChannel closed = FileChannel.open(file);
            closed.close();
            assertThatThrownBy(() -> way.read(closed, into, EngineKey.sha256()))
                    .isInstanceOf(java.nio.channels.ClosedChannelException.class);
        }
    }
}
