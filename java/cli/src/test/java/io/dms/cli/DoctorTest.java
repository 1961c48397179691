package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
    @TempDir
    Path folder;

    @Test
    void itTellsWhatThisMachineIs() {
        Ran ran = Ran.dms("doctor");
        assertThat(ran.out()).contains("jdk").contains(System.getProperty("java.version"));
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void itWritesJson() throws Exception {
        Ran ran = Ran.dms("doctor", "--json", "-");
        JsonNode root = new ObjectMapper().readTree(ran.out());
        assertThat(root.get("schema").asInt()).isEqualTo(1);
        assertThat(root.get("checks").findValuesAsText("name")).contains("jdk", "cpu", "os");
    }

    @Test
    void aMissingFolderForItsJsonIsStatus2() {
        Ran ran = Ran.dms("doctor", "--json", folder.resolve("none/x.json").toString());
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("none");
    }
}
