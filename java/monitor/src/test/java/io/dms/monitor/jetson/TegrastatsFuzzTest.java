package io.dms.monitor.jetson;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any line, and any files of a power mode, are read without an exception, and no load or memory that comes out is
 * impossible. An ordinary test run tries some thousand seeded mutations of real lines;
 * {@code JAZZER_FUZZ=1 mvn test -pl java/monitor -Dtest=TegrastatsFuzzTest} searches for {@code maxDuration}.
 */
class TegrastatsFuzzTest {
    private static final int MUTATIONS = Integer.getInteger("dms.mutations", 20_000);
    private static final List<String> LINES = List.of(
            TegrastatsParserTest.TX2,
            TegrastatsParserTest.TX2_OLD,
            TegrastatsParserTest.AGX_XAVIER,
            TegrastatsParserTest.NANO,
            TegrastatsParserTest.AGX_ORIN_5,
            TegrastatsParserTest.ORIN_NANO_6,
            TegrastatsParserTest.AGX_ORIN_6,
            TegrastatsParserTest.ORIN_7,
            TegrastatsParserTest.THOR);

    static Stream<Arguments> seeds() {
        return LINES.stream().map(l -> Arguments.of((Object) l.getBytes(StandardCharsets.UTF_8)));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void reads_any_line(byte[] bytes) {
        check(new String(bytes, StandardCharsets.UTF_8), "found by the fuzzer");
    }

    @Test
    void mutations_of_real_lines_are_read() {
        for (int seed = 0; seed < MUTATIONS; seed++) {
            Random random = new Random(seed);
            check(mutate(LINES.get(random.nextInt(LINES.size())), random), "mutation with seed " + seed);
        }
    }

    @Test
    void a_line_of_any_length_is_read() {
        check("RAM 1/2MB " + "[(".repeat(1 << 20), "a long line");
        check("RAM 1/2MB CPU [" + "1%@1,".repeat(3000) + "]", "many cores");
        check("[".repeat(16_000), "brackets");
    }

    private static void check(String text, String what) {
        try {
            TegrastatsLine line = TegrastatsParser.parse(text);
            PowerModes.parse(text, text);
            if (line == null) {
                return;
            }
            boolean sound = inRange(line.gpu().load())
                    && inRange(line.memory().load())
                    && line.cores().stream().allMatch(c -> inRange(c.load()))
                    && !(line.ram().used() < 0)
                    && line.rails().values().stream().allMatch(r -> Double.isFinite(r.watts()));
            if (!sound) {
                throw new AssertionError(what + ": " + line);
            }
            new TegrastatsFields(line, 1).sensors().forEach(s -> {
                if (s.name().isEmpty()) {
                    throw new AssertionError(what + ": a sensor without a name");
                }
            });
        } catch (RuntimeException e) {
            throw new AssertionError(what + ": " + text, e);
        }
    }

    private static boolean inRange(double share) {
        return Double.isNaN(share) || (share >= 0 && share <= 1);
    }

    private static String mutate(String line, Random random) {
        StringBuilder s = new StringBuilder(line);
        for (int n = 1 + random.nextInt(8); n > 0 && s.length() > 4; n--) {
            int at = random.nextInt(s.length());
            switch (random.nextInt(5)) {
                case 0 -> s.setCharAt(at, "0123456789@%[]()/,. -CmWB".charAt(random.nextInt(25)));
                case 1 -> s.delete(at, Math.min(s.length(), at + 1 + random.nextInt(20)));
                case 2 -> s.insert(at, s.substring(at, Math.min(s.length(), at + random.nextInt(30))));
                case 3 -> s.insert(at, "9".repeat(random.nextInt(30)));
                default -> s.setLength(at);
            }
        }
        return s.toString();
    }
}
