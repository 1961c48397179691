package io.dms.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SensorFileTest {
    @TempDir
    Path folder;

    private SensorFile file(String content) throws IOException {
        return new SensorFile(Files.writeString(folder.resolve("value"), content));
    }

    @ParameterizedTest
    @CsvSource({"42,42", "-256000,-256000", "+7,7", "'32760 ma',32760", "' 5\t',5", "12.5,12.5", "-0.25,-0.25", "0,0"})
    void readsTheNumberAtTheStart(String content, double number) throws IOException {
        try (SensorFile f = file(content + "\n")) {
            assertThat(f.readNumber()).isTrue();
            assertThat(f.number()).isEqualTo(number);
            assertThat(f.absence()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'',BLANK",
        "' \n',BLANK",
        "'\0\0',BLANK",
        "abc,GARBAGE",
        "12abc,GARBAGE",
        "-,GARBAGE",
        "<unknown>,GARBAGE",
        "99999999999999999999,GARBAGE",
        "ÿÿ,GARBAGE"
    })
    void saysWhyThereIsNoNumber(String content, Absence why) throws IOException {
        try (SensorFile f = file(content)) {
            assertThat(f.readNumber()).isFalse();
            assertThat(f.number()).isNaN();
            assertThat(f.absence()).isEqualTo(why);
        }
    }

    @Test
    void readsAnewEachTimeAndNoticesThatTheFileWent() throws IOException {
        try (SensorFile f = file("1")) {
            assertThat(f.readNumber()).isTrue();
            Files.writeString(f.path(), "22");
            assertThat(f.readNumber()).isTrue();
            assertThat(f.number()).isEqualTo(22);
            Files.delete(f.path());
            assertThat(f.readNumber()).isFalse();
            assertThat(f.absence()).isEqualTo(Absence.GONE);
            Files.writeString(f.path(), "3");
            assertThat(f.readNumber()).isTrue();
            assertThat(f.number()).isEqualTo(3);
        }
    }

    @Test
    void leavesAFailingFileAloneForMoreAndMoreReadsAndThenComesBack() throws IOException {
        int[] opened = {0};
        try (SensorFile f = new SensorFile(folder.resolve("away"), 16, path -> {
            opened[0]++;
            throw new IOException("Permission denied");
        })) {
            for (int i = 0; i < 1000; i++) {
                assertThat(f.readNumber()).isFalse();
                assertThat(f.absence()).isEqualTo(Absence.FORBIDDEN);
            }
        }
        assertThat(opened[0]).isBetween(1000 / (SensorFile.MOST_SKIPPED + 1), 60);

        try (SensorFile f = new SensorFile(folder.resolve("later"))) {
            for (int i = 0; i < 100; i++) {
                f.readNumber();
            }
            Files.writeString(f.path(), "8");
            boolean back = false;
            for (int i = 0; i <= SensorFile.MOST_SKIPPED; i++) {
                back |= f.readNumber();
            }
            assertThat(back).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Resource temporarily unavailable,BUSY",
        "No data available,BUSY",
        "Device or resource busy,BUSY",
        "Connection timed out,TIMED_OUT",
        "No such device,GONE",
        "/x (No such file or directory),GONE",
        "Operation not permitted,FORBIDDEN",
        "Remote I/O error,FAILED",
        "Datei nicht lesbar,FAILED"
    })
    void tellsWhatTheSystemMeans(String message, Absence why) {
        assertThat(SensorFile.reason(new IOException(message))).isEqualTo(why);
    }

    @Test
    void anyBytesAreANumberOrAReason() throws IOException {
        Path path = folder.resolve("fuzz");
        String alphabet = "0123456789+-. \n\t\0eExX,;%ab";
        for (int seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(200)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = random.nextInt(4) == 0
                        ? (byte) random.nextInt(256)
                        : (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            Files.write(path, bytes);
            try (SensorFile f = new SensorFile(path)) {
                boolean read = f.readNumber();
                assertThat(read).as("seed %d", seed).isEqualTo(f.absence() == null);
                assertThat(Double.isNaN(f.number())).as("seed %d", seed).isEqualTo(!read);
            }
        }
    }

    @Test
    void readsWithoutAllocating() throws IOException {
        try (SensorFile f = file("1234")) {
            assertThat(Allocations.leastBytes(5, 200, f::readNumber)).isZero();
        }
    }

    @Test
    void scansLinesAndWords() {
        byte[] text = "cpu  10 20\ncpu0 1 2\nintr 5".getBytes(StandardCharsets.US_ASCII);
        AsciiScanner s = new AsciiScanner().over(text, text.length);
        assertThat(s.skip("cpux")).isFalse();
        assertThat(s.skip("cpu")).isTrue();
        assertThat(s.nextLong()).isEqualTo(10);
        assertThat(s.nextLong()).isEqualTo(20);
        assertThat(s.nextLong()).isEqualTo(AsciiScanner.NO_NUMBER);
        assertThat(s.atEndOfLine()).isTrue();
        assertThat(s.nextLine()).isTrue();
        s.skipWord();
        assertThat(s.nextLong()).isEqualTo(1);
        assertThat(s.nextLine()).isTrue();
        assertThat(s.skip("intr ")).isTrue();
        assertThat(s.nextLine()).isFalse();
        assertThat(s.atEnd()).isTrue();
    }
}
