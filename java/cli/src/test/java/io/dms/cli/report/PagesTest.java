package io.dms.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every report has for people who use a keyboard, a screen reader or a small screen. */
class PagesTest {
    private static List<Path> files(String folder, String ending) throws IOException {
        try (Stream<Path> all = Files.list(Path.of(folder))) {
            List<Path> out = all.filter(p -> p.toString().endsWith(ending)).toList();
            assertThat(out).isNotEmpty();
            return out;
        }
    }

    @Test
    void whatScrollsSidewaysIsReachedByKeyboardAndHasAName() throws IOException {
        List<Path> sources = Stream.concat(
                        files("src/main/resources/io/dms/cli/report", ".html").stream(),
                        files("src/main/java/io/dms/cli/report", "Html.java").stream())
                .toList();
        int found = 0;
        for (Path source : sources) {
            Matcher m = Pattern.compile("<[a-z]+ class=\"wide\"[^>]*>")
                    .matcher(Files.readString(source).replace("\\\"", "\""));
            for (; m.find(); found++) {
                assertThat(m.group())
                        .as(source.toString())
                        .contains("role=\"region\"", "tabindex=\"0\"")
                        .containsPattern("aria-label=\"[A-Z][a-z ]+\"");
            }
        }
        assertThat(found).isGreaterThan(6);
    }

    @Test
    void everyPageHasALanguageATitleAMainPartAndNamedCharts() throws IOException {
        for (Path page : files("src/main/resources/io/dms/cli/report", ".html")) {
            String text = Files.readString(page);
            assertThat(text)
                    .as(page.toString())
                    .contains("<html lang=\"en\">", "<title>{{title}}</title>", "name=\"viewport\"", "<noscript>")
                    .containsOnlyOnce("<main>")
                    .containsOnlyOnce("</main>");
            Matcher m = Pattern.compile("<canvas[^>]*>").matcher(text);
            while (m.find()) {
                assertThat(m.group()).as(page.toString()).contains("role=\"img\"", "aria-label=");
            }
        }
    }

    @Test
    void anOptionIsNotBrokenBehindItsDashes() {
        assertThat(HtmlPage.command("dms bench --html <x>.html"))
                .isEqualTo("<span class=\"word\">dms</span> <span class=\"word\">bench</span>"
                        + " <span class=\"word\">--html</span> <span class=\"word\">&lt;x&gt;.html</span>");
        assertThat(BenchHtml.of(Samples.full()))
                .contains(
                        "pre .word { display: inline-block",
                        HtmlPage.command(Samples.full().command()));
    }

    /** Headings fall in size with their level; what a stranger does not know is explained. */
    @Test
    void theReportOfABenchExplainsItsColumns() {
        assertThat(BenchHtml.of(Samples.full()))
                .contains("h3 { font-size: 1rem", "MMAC are millions", "top-1 is the share");
    }

    @Test
    void tablesOfTextKeepTheirLines() {
        assertThat(BenchHtml.of(Samples.full()))
                .contains(".wide pre { display: inline-block")
                .contains("white-space: pre; }");
    }
}
