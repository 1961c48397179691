package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {
    @ParameterizedTest
    @CsvSource({"200ms, 200", "3s, 3000", "3, 3000", "1.5s, 1500", "2m, 120000", "1 S, -1"})
    void times(String text, long millis) {
        if (millis >= 0) {
            assertThat(new Converters.Time().convert(text)).isEqualTo(Duration.ofMillis(millis));
        } else {
            assertThatThrownBy(() -> new Converters.Time().convert(text)).isInstanceOf(TypeConversionException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "512, 512", "64MiB, 67108864", "64M, 67108864", "1g, 1073741824", "3kb, 3072"})
    void sizes(String text, long bytes) {
        assertThat(new Converters.Bytes().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "-1", "1.5M", "99999999999T", "5 apples"})
    void noSizes(String text) {
        assertThatThrownBy(() -> new Converters.Bytes().convert(text)).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void aNameThatTheSystemCanNotWriteIsToldWithItsCure() {
        assertThatThrownBy(() -> new Converters.Place().convert("a\0b"))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("LC_ALL=C.UTF-8")
                .hasMessageNotContaining("java.nio");
    }

    @Test
    void commandsCanBePasted() {
        assertThat(Shell.quoted("dms", List.of("bench", "my model.onnx", "--widths", "1,0.5", "it's")))
                .isEqualTo("dms bench 'my model.onnx' --widths 1,0.5 'it'\\''s'");
    }
}
