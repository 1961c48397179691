package io.dms.cli.report;

import java.util.ArrayList;
import java.util.List;

/** Sentences in a terminal, which would break them in the middle of words. */
public final class Prose {
    private static final String INDENT = "  ";

    private Prose() {}

    /**
     * The line, broken at blanks where it is longer than {@code room}; what follows is indented. Words that are longer
     * stay whole.
     */
    public static List<String> within(String line, int room) {
        List<String> out = new ArrayList<>();
        String rest = line;
        while (rest.length() > room) {
            int least = out.isEmpty() ? 1 : INDENT.length() + 1;
            int at = rest.lastIndexOf(' ', room);
            at = at < least ? rest.indexOf(' ', room) : at;
            if (at < 0) {
                break;
            }
            out.add(rest.substring(0, at).stripTrailing());
            rest = INDENT + rest.substring(at).stripLeading();
        }
        out.add(rest);
        return out;
    }
}
