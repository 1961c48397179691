package io.dms.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.select.evaluate.Interval;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TextTableTest {
    private static TextTable table() {
        TextTable table = new TextTable("memory", "<scheduler", "served", "accuracy", "<refused");
        table.row("64", "ours", "99 %", "91.2 %", "too slow 1 %");
        table.row("128", "published", "97 %", "90.1 %", "");
        return table.namedBy(2);
    }

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertThat(table().lines())
                .containsExactly(
                        "memory  scheduler  served  accuracy  refused",
                        "    64  ours         99 %    91.2 %  too slow 1 %",
                        "   128  published    97 %    90.1 %");
    }

    @Test
    void whereThereIsLessRoomEachPartBeginsWithWhatNamesTheRow() {
        assertThat(table().lines(40))
                .containsExactly(
                        "memory  scheduler  served  accuracy",
                        "    64  ours         99 %    91.2 %",
                        "   128  published    97 %    90.1 %",
                        "",
                        "memory  scheduler  refused",
                        "    64  ours       too slow 1 %",
                        "   128  published");
    }

    @Test
    void oneColumnIsShownHoweverLittleRoomThereIs() {
        TextTable one = new TextTable("<only");
        one.row("a value");
        assertThat(one.lines(3)).containsExactly("only", "a value");
        assertThat(table().lines(3)).hasSize(3 * 3 + 2);
    }

    @Test
    void aShareOfNextToNothingIsNoFigure() {
        assertThat(SelectText.share(new Interval(26.7, 1, 30))).isEqualTo("> 999 %");
        assertThat(SelectText.share(new Interval(-26.7, -30, 1))).isEqualTo("< -999 %");
        assertThat(SelectText.share(new Interval(0.92, 0.9, 1))).isEqualTo("92 %");
    }

    @Test
    void countsByReasonAreReadAloud() {
        assertThat(ScheduleRunText.counts(new TreeMap<>(Map.of("deadline", 2, "memory", 1))))
                .isEqualTo("deadline 2, memory 1");
        assertThat(ScheduleRunText.counts(Map.of())).isEqualTo("none");
    }

    @Test
    void sentencesAreBrokenAtBlanks() {
        assertThat(Prose.within("energy: nothing on this machine measures it", 20))
                .containsExactly("energy: nothing on", "  this machine", "  measures it");
        assertThat(Prose.within("short", 20)).containsExactly("short");
        assertThat(Prose.within("/a/path/without/any/blank", 20)).containsExactly("/a/path/without/any/blank");
        assertThat(Prose.within("see /a/path/without/any/blank there", 20))
                .isEqualTo(List.of("see", "  /a/path/without/any/blank", "  there"));
    }
}
