package io.dms.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.UserException;
import io.dms.select.sample.Candidate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelectorFileTest {
    private static final Candidate SMALL = new Candidate("a@0.5", "a", "0.5", "11aa", "a", 0.25, 10);
    private static final Candidate LARGE = new Candidate("a@1", "a", "1", "11aa", "a", 1.5, 40);
    private static final Candidate OTHER = new Candidate("b", "b", "1", "22bb", "b", 3, 90);

    @TempDir
    Path folder;

    private static SelectorFile file(Candidate... candidates) {
        ObjectNode learned = new ObjectMapper().createObjectNode().put("x", 0.1f);
        return new SelectorFile(
                "some",
                new SelectorFile.Provenance("2026-01-02T03:04:05Z", "0.1", "made up", 7, 5, "nowhere"),
                List.of(candidates),
                learned,
                "made up");
    }

    private Path write(String text) throws IOException {
        Path path = folder.resolve("x.selector.json");
        Files.writeString(path, text);
        return path;
    }

    @Test
    void comesBackAsItWasWritten() {
        Path path = folder.resolve("s.selector.json");
        file(SMALL, LARGE).write(path);
        SelectorFile read = SelectorFile.read(path);
        assertThat(read.method()).isEqualTo("some");
        assertThat(read.provenance()).isEqualTo(file(SMALL).provenance());
        assertThat(read.candidates()).containsExactly(SMALL, LARGE);
        assertThat(read.learned().get("x").floatValue()).isEqualTo(0.1f);
    }

    @Test
    void findsItsCandidatesInAnotherOrderAndWithOtherTimes() {
        Candidate slower = new Candidate("a@1", "a", "1", "11aa", "a", 9, 40);
        assertThat(file(SMALL, LARGE).match(List.of(slower, SMALL))).containsExactly(1, 0);
    }

    @Test
    void refusesAnotherCatalogAndNamesEveryDifference() {
        Candidate retrained = new Candidate("a@1", "a", "1", "33cc", "a", 1.5, 40);
        assertThatThrownBy(() -> file(SMALL, LARGE).match(List.of(retrained, OTHER)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("another catalog")
                .hasMessageContaining("a@0.5 is not there")
                .hasMessageContaining("a@1 is another network (level 1 of 33cc, trained with level 1 of 11aa)")
                .hasMessageContaining("b is new")
                .hasMessageContaining("train it again");
    }

    @Test
    void refusesWhatIsNoSelector() throws IOException {
        assertThatThrownBy(() -> SelectorFile.read(folder.resolve("none.json")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("there is no selector");
        for (String text : List.of("", "{", "[]", "{}", "{\"kind\": \"other\"}", "{\"kind\": 3}", "{}{}")) {
            Path path = write(text);
            assertThatThrownBy(() -> SelectorFile.read(path))
                    .as(text)
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("x.selector.json");
        }
        Path later = write("{\"kind\": \"dms-selector\", \"schema\": 2}");
        assertThatThrownBy(() -> SelectorFile.read(later)).hasMessageContaining("schema 2");
    }

    @Test
    void refusesAFileThatLacksAField() throws IOException {
        Path path = folder.resolve("s.selector.json");
        file(SMALL, LARGE).write(path);
        String whole = Files.readString(path);
        for (String field : List.of("method", "provenance", "candidates", "learned", "digest", "seed")) {
            Path damaged = write(whole.replace("\"" + field + "\"", "\"gone\""));
            assertThatThrownBy(() -> SelectorFile.read(damaged))
                    .as(field)
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(field + " is missing");
        }
    }

    @Test
    void refusesAMethodThatNobodyReads() {
        assertThatThrownBy(() -> file(SMALL).open(Map.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("method some");
    }
}
