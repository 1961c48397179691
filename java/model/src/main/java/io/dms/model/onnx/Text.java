package io.dms.model.onnx;

/** Names from files, made fit for one line of a message. */
final class Text {
    private static final int LONGEST_NAME = 120;
    private static final int LONGEST_LINE = 1000;

    private Text() {}

    /** A name: control characters replaced, shortened in the middle where it is very long. */
    static String clean(String name) {
        return shorten(name, LONGEST_NAME);
    }

    /** The message of a failure on one line. */
    static String line(Exception e) {
        return shorten(String.valueOf(e.getMessage()), LONGEST_LINE);
    }

    private static String shorten(String s, int longest) {
        String cut = s.length() <= longest
                ? s
                : s.substring(0, longest / 2) + "..." + s.substring(s.length() - longest / 2 + 3);
        StringBuilder out = new StringBuilder(cut.length());
        for (int i = 0; i < cut.length(); i++) {
            char c = cut.charAt(i);
            out.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        return out.toString();
    }
}
