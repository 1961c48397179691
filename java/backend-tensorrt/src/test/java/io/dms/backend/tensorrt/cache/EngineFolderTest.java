package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.backend.tensorrt.cache.EngineFolder.Refused;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are read whole and believed, or refused. */
class EngineFolderTest {
    @TempDir
    Path temporary;

    @SuppressWarnings("NullAway.Init")
    private EngineFolder folder;

    @BeforeEach
    void open() throws IOException {
        folder = EngineFolder.open(temporary.resolve("engines"));
    }

    private static byte[] bytes(int size) {
        byte[] out = new byte[size];
        SplittableRandom random = new SplittableRandom(size);
        for (int i = 0; i < size; i++) {
            out[i] = (byte) random.nextInt();
        }
        return out;
    }

    @Test
    void a_file_of_any_number_of_pieces_is_read_to_its_last_byte_and_its_digest_with_it() throws IOException {
        for (int size : new int[] {0, 1, (1 << 17) - 1, 1 << 17, (1 << 17) + 1, 300_000}) {
            byte[] content = bytes(size);
            folder.write("f", ByteBuffer.wrap(content));
            byte[] digest = EngineKey.sha256().digest(content);
            ByteBuffer into = ByteBuffer.allocateDirect(size);
            MessageDigest read = EngineKey.sha256();
            folder.read("f", into, read, 1);
            assertThat(into).isEqualTo(ByteBuffer.wrap(content));
            assertThat(read.digest()).isEqualTo(digest);
            MessageDigest passed = EngineKey.sha256();
            folder.read("f", (long) size, passed);
            assertThat(passed.digest()).isEqualTo(digest);
            assertThat(folder.read("f", size)).isEqualTo(ByteBuffer.wrap(content));
        }
    }

    @Test
    void a_file_of_a_byte_more_or_less_than_it_should_have_is_refused() throws IOException {
        folder.write("f", ByteBuffer.wrap(bytes(10)));
        assertThatThrownBy(() -> folder.read("f", ByteBuffer.allocateDirect(9), EngineKey.sha256(), 1))
                .isInstanceOf(Refused.class)
                .hasMessage("is larger than it should be (10 bytes, not 9)");
        assertThatThrownBy(() -> folder.read("f", 9)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> folder.read("f", 9L, EngineKey.sha256())).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> folder.read("f", ByteBuffer.allocateDirect(11), EngineKey.sha256(), 1))
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> folder.read("f", 11L, EngineKey.sha256())).isInstanceOf(EOFException.class);
    }

    @Test
    void a_link_is_refused_by_name() throws IOException {
        Path elsewhere = Files.write(temporary.resolve("elsewhere"), bytes(4));
        Files.createSymbolicLink(folder.path().resolve("f"), elsewhere);
        assertThatThrownBy(() -> folder.read("f", 4)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> folder.read("f", ByteBuffer.allocateDirect(4), EngineKey.sha256(), 1))
                .isInstanceOf(IOException.class);
    }

    @Test
    void a_write_replaces_what_was_there_and_leaves_nothing_beside() throws IOException {
        folder.write("f", ByteBuffer.wrap(bytes(100)));
        ByteBuffer content = ByteBuffer.wrap(bytes(5));
        folder.write("f", content);
        assertThat(content.remaining())
                .as("the caller's buffer is left as it was")
                .isEqualTo(5);
        assertThat(folder.read("f", 5)).isEqualTo(content);
        assertThat(folder.names()).containsExactly("f");
    }
}
