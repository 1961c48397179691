package io.dms.serve.protocol;

import org.jspecify.annotations.Nullable;

/** Foreign text in messages: short, printable, on one line. */
final class Text {
    private static final int MOST = 60;

    private Text() {}

    static String brief(@Nullable Object foreign) {
        if (foreign == null) {
            return "(none)";
        }
        String text = foreign.toString();
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length() && i < MOST; i++) {
            char c = text.charAt(i);
            out.append(c < ' ' || c > '~' || c == '"' ? '?' : c);
        }
        return out.append(text.length() > MOST ? "...\"" : "\"").toString();
    }
}
