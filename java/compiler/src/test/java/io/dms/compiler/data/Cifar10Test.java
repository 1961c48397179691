package io.dms.compiler.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.dms.model.Preprocessing;
import io.dms.model.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
    private static final int RECORD = 3073;

    @TempDir
    Path folder;

    private byte[] record(int label, int value) {
        byte[] r = new byte[RECORD];
        Arrays.fill(r, (byte) value);
        r[0] = (byte) label;
        return r;
    }

    private void write(String name, byte[]... records) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(records).mapToInt(r -> r.length).sum());
        for (byte[] r : records) {
            all.put(r);
        }
        Files.write(folder.resolve(name), all.array());
    }

    @Test
    void training_batches_follow_each_other() throws IOException {
        write("data_batch_1.bin", record(3, 10), record(4, 20));
        write("data_batch_2.bin", record(9, 250));
        for (int b = 3; b <= 5; b++) {
            write("data_batch_" + b + ".bin", record(0, b));
        }

        Cifar10 set = Cifar10.train(folder);

        assertThat(set.size()).isEqualTo(6);
        assertThat(set.label(0)).isEqualTo(3);
        assertThat(set.label(2)).isEqualTo(9);
        assertThat(set.classNames().get(set.label(0))).isEqualTo("cat");
        byte[] rgb = new byte[3072];
        set.rgb(2, rgb);
        assertThat(rgb).containsOnly((byte) 250);
    }

    @Test
    void a_training_set_with_a_file_missing_is_not_trained_on_in_part() throws IOException {
        for (int b : new int[] {1, 2, 5}) {
            write("data_batch_" + b + ".bin", record(1, 1));
        }
        assertThatThrownBy(() -> Cifar10.train(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("lacks data_batch_3.bin, data_batch_4.bin:");
    }

    @Test
    void bytes_become_normalised_planes() throws IOException {
        byte[] r = record(0, 0);
        r[1] = (byte) 255; // red, first pixel
        r[1 + 1024 + 5] = 51; // green, sixth pixel
        write("test_batch.bin", record(1, 0), r);
        FloatBuffer out = ByteBuffer.allocateDirect(2 * 3072 * 4)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();

        Cifar10.test(folder)
                .fill(out, 0, 2, new Preprocessing(new float[] {0.5f, 0.1f, 0f}, new float[] {0.5f, 0.2f, 2f}));

        assertThat(out.get(3072)).isEqualTo(1f);
        assertThat(out.get(3072 + 1)).isEqualTo(-1f);
        assertThat(out.get(3072 + 1024 + 5)).isCloseTo(0.5f, offset(1e-6f));
        assertThat(out.get(3072 + 2048)).isEqualTo(0f);
    }

    @Test
    void a_file_of_broken_length_is_named() throws IOException {
        Files.write(folder.resolve("test_batch.bin"), new byte[RECORD + 1]);
        assertThatThrownBy(() -> Cifar10.test(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("test_batch.bin")
                .hasMessageContaining("3074 bytes");
    }

    @Test
    void an_empty_file_is_no_data_set() throws IOException {
        Files.write(folder.resolve("test_batch.bin"), new byte[0]);
        assertThatThrownBy(() -> Cifar10.test(folder)).isInstanceOf(UserException.class);
    }

    @Test
    void a_label_out_of_range_is_named_with_its_record() throws IOException {
        write("test_batch.bin", record(9, 1), record(10, 1));
        assertThatThrownBy(() -> Cifar10.test(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("record 1 has label 10");
    }

    @Test
    void a_missing_file_is_named() {
        assertThatThrownBy(() -> Cifar10.test(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(folder.resolve("test_batch.bin").toString());
        assertThatThrownBy(() -> Cifar10.train(folder)).isInstanceOf(UserException.class);
    }

    @Test
    void an_index_behind_the_end_is_refused() throws IOException {
        write("test_batch.bin", record(9, 1));
        Cifar10 set = Cifar10.test(folder);
        assertThatThrownBy(() -> set.label(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
