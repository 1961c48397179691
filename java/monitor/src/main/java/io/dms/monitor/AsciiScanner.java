package io.dms.monitor;

/**
 * Reads words and numbers out of bytes of ASCII text, front to back, without making strings: what the kernel's small
 * files are read with. Allocates nothing. Used by one thread at a time.
 */
public final class AsciiScanner {
    /** What {@link #nextLong()} gives where no number stands. */
    public static final long NO_NUMBER = Long.MIN_VALUE;

    private static final double[] TENTHS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};

    private byte[] bytes = new byte[0];
    private int at;
    private int end;

    /** Starts at the front of other bytes. */
    public AsciiScanner over(byte[] text, int length) {
        bytes = text;
        at = 0;
        end = length;
        return this;
    }

    /** Starts at the front of what a file gave last. */
    public AsciiScanner over(SensorFile file) {
        return over(file.bytes(), file.length());
    }

    /** True where nothing is left. */
    public boolean atEnd() {
        return at >= end;
    }

    /** True where nothing is left in this line. */
    public boolean atEndOfLine() {
        return at >= end || bytes[at] == '\n';
    }

    /** True where a word ends: at the end, a blank, a line end or a NUL. */
    public boolean atBreak() {
        return at >= end || (bytes[at] & 0xff) <= ' ';
    }

    /** Goes over blanks and tabs, within the line. */
    public void skipBlanks() {
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
    }

    /** Goes over what is not blank, within the line. */
    public void skipWord() {
        while (at < end && (bytes[at] & 0xff) > ' ') {
            at++;
        }
    }

    /** Goes to the start of the next line; false where there is none. */
    public boolean nextLine() {
        while (at < end && bytes[at] != '\n') {
            at++;
        }
        at++;
        return at < end;
    }

    /** Goes over a word if the text goes on with just that; else stays and gives false. */
    public boolean skip(String word) {
        if (end - at < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (bytes[at + i] != word.charAt(i)) {
                return false;
            }
        }
        at += word.length();
        return true;
    }

    /**
     * A whole number, after blanks; stands behind its last digit then. {@link #NO_NUMBER}, without moving past the
     * blanks, where there is none or it does not fit.
     */
    public long nextLong() {
        skipBlanks();
        int i = at;
        boolean negative = i < end && bytes[i] == '-';
        if (negative || (i < end && bytes[i] == '+')) {
            i++;
        }
        int first = i;
        long value = 0;
        while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
            int digit = bytes[i] - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                return NO_NUMBER;
            }
            value = value * 10 + digit;
            i++;
        }
        if (i == first) {
            return NO_NUMBER;
        }
        at = i;
        return negative ? -value : value;
    }

    /** A number with or without a fraction, after blanks, as {@link #nextLong()}; NaN where there is none. */
    public double nextDouble() {
        skipBlanks();
        boolean negative = at < end && bytes[at] == '-';
        long whole = nextLong();
        if (whole == NO_NUMBER) {
            return Double.NaN;
        }
        if (at >= end || bytes[at] != '.') {
            return whole;
        }
        at++;
        long fraction = 0;
        int digits = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            if (digits + 1 < TENTHS.length) {
                fraction = fraction * 10 + (bytes[at] - '0');
                digits++;
            }
            at++;
        }
        double part = fraction / TENTHS[digits];
        return negative ? whole - part : whole + part;
    }
}
