package io.dms.cli.report;

import java.util.ArrayList;
import java.util.List;

/** Columns of text with a head, as wide as their widest cell. Not thread-safe. */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<Boolean> left = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /** @param head titles of the columns; those that begin with {@code <} are set to the left, the others to the right */
    public TextTable(String... head) {
        List<String> titles = new ArrayList<>();
        for (String h : head) {
            left.add(h.startsWith("<"));
            titles.add(h.startsWith("<") ? h.substring(1) : h);
        }
        rows.add(titles);
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
        List<String> out = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < row.size(); c++) {
                String blanks = " ".repeat(width(c) - row.get(c).length());
                line.append(c == 0 ? "" : GAP).append(left.get(c) ? row.get(c) + blanks : blanks + row.get(c));
            }
            out.add(line.toString().stripTrailing());
        }
        return out;
    }

    private int width(int column) {
        return rows.stream().mapToInt(r -> r.get(column).length()).max().orElse(0);
    }
}
