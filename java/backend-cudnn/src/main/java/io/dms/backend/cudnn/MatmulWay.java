package io.dms.backend.cudnn;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * How a product of cuBLASLt is made again: {@code cublasLtMatmulAlgo_t}, which nobody but the library's same version can read.
 *
 * @param words its 64 bytes
 */
record MatmulWay(List<Long> words) implements Recipe {
    /** Words of the library's type. */
    static final int WORDS = 8;

    private static final int DIGITS = 16;

    /** The words as digits, and a sum over these behind them: a library can't be trusted to notice a wrong digit. */
    String text() {
        String digits = words.stream().map(w -> HexFormat.of().toHexDigits(w)).collect(Collectors.joining());
        return digits + sum(digits);
    }

    /** What {@link #text} gave; null where it is none, or was changed. */
    static @Nullable MatmulWay of(String text) {
        int end = WORDS * DIGITS;
        if (text.length() != end + DIGITS / 2 || !text.matches("[0-9a-f]+")) {
            return null;
        }
        String digits = text.substring(0, end);
        if (!text.substring(end).equals(sum(digits))) {
            return null;
        }
        Long[] words = new Long[WORDS];
        for (int i = 0; i < WORDS; i++) {
            words[i] = HexFormat.fromHexDigitsToLong(digits, i * DIGITS, (i + 1) * DIGITS);
        }
        return new MatmulWay(List.of(words));
    }

    private static String sum(String digits) {
        CRC32 crc = new CRC32();
        crc.update(digits.getBytes(StandardCharsets.US_ASCII));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    /** The sum stands for all of it. */
    @Override
    public String toString() {
        String text = text();
        return "algorithm " + text.substring(WORDS * DIGITS);
    }
}
