package io.dms.cli.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns of text with a head, as wide as their widest cell. Where there is less room than they need, they stand in
 * several tables below each other, of which each begins with the columns that name the row: so nothing is left out, and no terminal
 * breaks a row. Not thread-safe.
 */
public final class TextTable {
    /** Of a place that takes lines of any length: a pipe, a file. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    private static final String GAP = "  ";

    private final List<Boolean> left = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();
    private int names = 1;

    /** @param head titles of the columns; those that begin with {@code <} are set to the left, the others to the right */
    public TextTable(String... head) {
        List<String> titles = new ArrayList<>();
        for (String h : head) {
            left.add(h.startsWith("<"));
            titles.add(h.startsWith("<") ? h.substring(1) : h);
        }
        rows.add(titles);
    }

    /** The first {@code columns} columns, and not the first alone, name a row. */
    public TextTable namedBy(int columns) {
        names = columns;
        return this;
    }

    /** Adds a row. */
    public void row(String... cells) {
        if (cells.length != left.size()) {
            throw new IllegalArgumentException("cells=" + cells.length + " columns=" + left.size());
        }
        rows.add(List.of(cells));
    }

    /** All lines, the head first, without trailing blanks. */
    public List<String> lines() {
        return lines(UNBOUNDED);
    }

    /** @param room most characters of a line; a single column may be wider */
    public List<String> lines(int room) {
        List<String> out = new ArrayList<>();
        int name = -GAP.length();
        for (int c = 0; c < names; c++) {
            name += GAP.length() + width(c);
        }
        for (int from = names; from < left.size() || out.isEmpty(); ) {
            int to = from;
            int used = name;
            while (to < left.size() && (to == from || used + GAP.length() + width(to) <= room)) {
                used += GAP.length() + width(to++);
            }
            if (!out.isEmpty()) {
                out.add("");
            }
            part(from, to, out);
            from = to;
        }
        return out;
    }

    /** The columns that name a row beside those from {@code from} to below {@code to}. */
    private void part(int from, int to, List<String> out) {
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < to; c = c == names - 1 ? from : c + 1) {
                String blanks = " ".repeat(width(c) - row.get(c).length());
                line.append(c == 0 ? "" : GAP).append(left.get(c) ? row.get(c) + blanks : blanks + row.get(c));
            }
            out.add(line.toString().stripTrailing());
        }
    }

    private int width(int column) {
        return rows.stream().mapToInt(r -> r.get(column).length()).max().orElse(0);
    }
}
