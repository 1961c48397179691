package io.dms.cli;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** What somebody may have meant who mistyped a word: picocli's own suggestions name words that share two letters. */
final class Nearest {
    private Nearest() {}

    /** The words with the fewest typing errors between them and the given one: at most one for every three letters. */
    static List<String> to(String given, Collection<String> words) {
        String lower = given.toLowerCase(Locale.ROOT);
        int least = words.stream().mapToInt(w -> errors(lower, w)).min().orElse(Integer.MAX_VALUE);
        return least > Math.max(1, given.length() / 3)
                ? List.of()
                : words.stream().filter(w -> errors(lower, w) == least).sorted().toList();
    }

    /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
    private static int errors(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
