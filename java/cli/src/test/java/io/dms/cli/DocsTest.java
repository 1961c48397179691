package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** All pages in Markdown: their links, anchors and tables hold, and the list of decisions is whole. */
class DocsTest {
    private static final Path ROOT = Pages.ROOT;
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:|mailto:)([^)\\s#]*)(?:#([^)\\s]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.*)$");
    private static final Pattern DASHES = Pattern.compile("\\|( ?:?-+:? ?\\|)+");

    /** The text without blocks of code, whose lines stay, empty. */
    private static List<String> prose(Path page) throws IOException {
        List<String> out = new ArrayList<>();
        boolean code = false;
        for (String line : Files.readAllLines(page)) {
            boolean fence = line.strip().startsWith("```");
            out.add(code || fence ? "" : line);
            code ^= fence;
        }
        return out;
    }

    /** As GitHub makes anchors of headings. */
    private static List<String> anchors(Path page) throws IOException {
        Matcher m = HEADING.matcher(String.join("\n", prose(page)));
        return m.results()
                .map(r -> r.group(1)
                        .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .strip()
                        .replace(' ', '-'))
                .toList();
    }

    @Test
    void everyLinkLeadsToAFileAndEveryAnchorToAHeading() throws IOException {
        int anchors = 0;
        for (Path page : Pages.all()) {
            Matcher m = LINK.matcher(String.join("\n", prose(page)));
            while (m.find()) {
                Path target = m.group(1).isEmpty() ? page : page.resolveSibling(m.group(1));
                assertThat(target).as("link in " + page).exists();
                if (m.group(2) != null) {
                    assertThat(anchors(target)).as("anchor in " + page).contains(m.group(2));
                    anchors++;
                }
            }
        }
        assertThat(anchors).isPositive();
    }

    @Test
    void everyTableHasAHeadAndEveryRowItsCells() throws IOException {
        int tables = 0;
        for (Path page : Pages.all()) {
            List<String> lines = prose(page);
            for (int i = 0; i < lines.size(); i++) {
                if (DASHES.matcher(lines.get(i).strip()).matches()) {
                    String where = ROOT.relativize(page) + ", line " + (i + 1);
                    assertThat(i).as(where).isPositive();
                    assertThat(lines.get(i - 1)).as(where).startsWith("|");
                    for (int row = i - 1; row < lines.size() && lines.get(row).startsWith("|"); row++) {
                        assertThat(cells(lines.get(row)))
                                .as(ROOT.relativize(page) + ", line " + (row + 1))
                                .isEqualTo(cells(lines.get(i)));
                    }
                    tables++;
                }
            }
        }
        assertThat(tables).isGreaterThan(30);
    }

    private static long cells(String row) {
        return row.replace("\\|", "").chars().filter(c -> c == '|').count();
    }

    @Test
    void everyDecisionIsListedOnceAndInOrder() throws IOException {
        List<String> files;
        try (Stream<Path> all = Files.list(ROOT.resolve("docs/decisions"))) {
            files = all.map(p -> p.getFileName().toString()).sorted().toList();
        }
        String page = Files.readString(ROOT.resolve("docs/architecture.md"));
        List<String> listed = Pattern.compile("(?m)^\\|.*\\| \\[\\d{4}]\\(decisions/([^)]*)\\) \\|$")
                .matcher(page)
                .results()
                .map(r -> r.group(1))
                .toList();
        assertThat(listed).isEqualTo(files);
    }
}
