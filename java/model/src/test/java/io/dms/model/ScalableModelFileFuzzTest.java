package io.dms.model;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes are either read as a scalable model, of which every level can then be cut and exported, or refused with one
 * line: any exception but a {@link DmsException} is a finding. An ordinary test run tries some thousand seeded
 * mutations of a real file; {@code JAZZER_FUZZ=1 mvn test -pl java/model -Dtest=ScalableModelFileFuzzTest} searches for
 * {@code maxDuration}.
 */
class ScalableModelFileFuzzTest {
    private static final int MUTATIONS = Integer.getInteger("dms.mutations", 4000);

    static Stream<Arguments> seeds() {
        return Stream.of(Arguments.of((Object) ScalableModelFile.toBytes(ScalableModelTest.model())));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        read(bytes, "found by the fuzzer");
    }

    @Test
    void mutationsOfARealFileAreReadOrRefused() {
        byte[] original = ScalableModelFile.toBytes(ScalableModelTest.model());
        for (int seed = 0; seed < MUTATIONS; seed++) {
            read(mutate(original, new Random(seed)), "mutation with seed " + seed);
        }
    }

    private static void read(byte[] bytes, String what) {
        try {
            ScalableModel model = ScalableModelFile.read(ByteBuffer.wrap(bytes), "fuzz.dms.onnx");
            for (WidthLevel level : model.levels()) {
                LevelExport.graph(model, level);
            }
        } catch (DmsException e) {
            if (e.getMessage() == null || e.getMessage().contains("\n")) {
                throw new AssertionError(what + ": not one line", e);
            }
        } catch (RuntimeException e) {
            throw new AssertionError(what, e);
        }
    }

    /** Flips, overwrites, cuts out and repeats bytes; most often in the part that is not weights. */
    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        int times = 1 + random.nextInt(6);
        for (int i = 0; i < times && bytes.length > 16; i++) {
            int at = random.nextBoolean()
                    ? random.nextInt(bytes.length)
                    : random.nextBoolean()
                            ? random.nextInt(Math.min(bytes.length, 2048))
                            : bytes.length - 1 - random.nextInt(Math.min(bytes.length, 2048));
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = (byte) ("0123456789[]{},:\"-e".charAt(random.nextInt(19)));
                case 3 -> {
                    int end = Math.min(bytes.length, at + 1 + random.nextInt(40));
                    byte[] cut = Arrays.copyOf(bytes, bytes.length - (end - at));
                    System.arraycopy(bytes, end, cut, at, bytes.length - end);
                    bytes = cut;
                }
                default -> bytes = Arrays.copyOf(bytes, at);
            }
        }
        return bytes;
    }
}
