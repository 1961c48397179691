package io.dms.cli.monitor;

/** Colours of a terminal; with colours off, text stays as it is. What a colour says is always said in words as well. */
public record Paint(boolean on) {
    String bold(String text) {
        return wrap("1", text);
    }

    String faint(String text) {
        return wrap("2", text);
    }

    String warn(String text) {
        return wrap("33", text);
    }

    String alarm(String text) {
        return wrap("1;31", text);
    }

    private String wrap(String code, String text) {
        return on ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }

    /** How many columns a text takes. */
    static int width(String text) {
        return text.replaceAll("\u001b\\[[0-9;]*m", "")
                .codePointCount(0, text.replaceAll("\u001b\\[[0-9;]*m", "").length());
    }

    /** The text, cut to a number of columns; colours that were begun are ended. */
    static String cut(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int shown = 0;
        boolean coloured = false;
        for (int i = 0; i < text.length() && shown < columns; ) {
            if (text.charAt(i) == '\u001b') {
                int end = text.indexOf('m', i) + 1;
                out.append(text, i, end);
                coloured = true;
                i = end;
            } else {
                int point = text.codePointAt(i);
                out.appendCodePoint(point);
                i += Character.charCount(point);
                shown++;
            }
        }
        return coloured ? out + "\u001b[0m" : out.toString();
    }
}
