package io.dms.cli.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JetPackTest {
    @ParameterizedTest
    @CsvSource({
        "32.6.1, jetpack4",
        "32.7.6, jetpack4",
        "34.1.1, jetpack5",
        "35.1.0, jetpack5",
        "35.6.4, jetpack5",
        "36.4.0, jetpack6",
        "36.4.4, jetpack6",
        "36.5.0, jetpack6",
        "38.2.0, ''",
        "38.4.0, ''",
        "39.2.0, ''"
    })
    void thePresetsThatTheDoctorNamesAreThoseThatTheLauncherBuildsWith(String l4t, String profile) throws IOException {
        String pom = Files.readString(Path.of("../../pom.xml"));
        int from = profile.isEmpty() ? pom.indexOf("<properties>") : pom.indexOf("<id>" + profile + "</id>");
        assertThat(from).isPositive();
        String properties = pom.substring(from, pom.indexOf("</properties>", from));
        JetPack pack = Objects.requireNonNull(JetPack.of(l4t));
        assertThat(properties)
                .contains("<cuda.version>" + pack.cudaPreset() + "</cuda.version>")
                .contains("<tensorrt.version>" + pack.tensorrtPreset() + "</tensorrt.version>");
        assertThat(pack.presets()).contains(String.valueOf(pack.cudaPreset()));
    }

    @Test
    void noBuildIsForTheLibrariesOfJetPack60() {
        for (String l4t : new String[] {"36.2.0", "36.3.0"}) {
            JetPack pack = Objects.requireNonNull(JetPack.of(l4t));
            assertThat(pack.name()).isEqualTo("6.0");
            assertThat(pack.presets()).isEmpty();
        }
    }
}
