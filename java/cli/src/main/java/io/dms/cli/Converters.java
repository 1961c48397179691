package io.dms.cli;

import io.dms.cli.data.DataPlace;
import io.dms.model.UserException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values on the command line that carry a unit. */
final class Converters {
    private Converters() {}

    /** A time: {@code 200ms}, {@code 3s}, {@code 1.5m}; a bare number is seconds. */
    static final class Time implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(us|ms|s|m)?");
        private static final Map<String, Double> NANOS = Map.of("us", 1e3, "ms", 1e6, "s", 1e9, "m", 6e10);

        @Override
        public Duration convert(String text) {
            Matcher m = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
            if (!m.matches()) {
                throw new TypeConversionException("'" + text + "' is not a time: write 200ms, 3s or 1m");
            }
            double unit = NANOS.getOrDefault(m.group(2) == null ? "s" : m.group(2), 1e9);
            return Duration.ofNanos(Math.round(Double.parseDouble(m.group(1)) * unit));
        }
    }

    /** A path. An empty one, as an unset variable of a shell leaves it, would silently be the current folder. */
    static final class Place implements ITypeConverter<Path> {
        @Override
        public Path convert(String text) {
            if (text.isBlank()) {
                throw new TypeConversionException("the path is empty");
            }
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new TypeConversionException(
                        "the system can't write this name in the locale set, \"" + text + "\": set LC_ALL=C.UTF-8");
            }
        }
    }

    /** The place of a data set: a folder, or the name of one that was fetched. */
    static final class Data implements ITypeConverter<Path> {
        @Override
        public Path convert(String text) {
            try {
                return DataPlace.of(new Place().convert(text), Path.of(""));
            } catch (UserException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** A number of bytes: {@code 64MiB}, {@code 64M} (the same), {@code 1G}; a bare number is bytes. */
    static final class Bytes implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,12})([kmgt]?)(?:i?b)?");

        @Override
        public Long convert(String text) {
            Matcher m = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
            if (!m.matches()) {
                throw new TypeConversionException("'" + text + "' is not a size: write 64MiB or 1G");
            }
            int power = " kmgt".indexOf(m.group(2).isEmpty() ? " " : m.group(2));
            try {
                return Math.multiplyExact(Long.parseLong(m.group(1)), 1L << (10 * power));
            } catch (ArithmeticException e) {
                throw new TypeConversionException("'" + text + "' is too large");
            }
        }
    }
}
