package io.dms.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The natives that a profile picks for its boards load there: none asks for a newer C or C++ library than the board's Ubuntu
 * has. A library that does fails on the board alone, at its first call.
 */
class BoardNativesTest {
    private static final Path FOLDER = Path.of("target", "board-natives");
    private static final Pattern VERSION = Pattern.compile("(GLIBC|GLIBCXX|CXXABI)_(\\d+(?:\\.\\d+)+)");

    /** Versions of Ubuntu 18.04 (GCC 8's library) and 20.04 (GCC 10's). */
    @ParameterizedTest
    @CsvSource({
        "jetpack4, 2.27, 3.4.25, 1.3.11, javacpp-1.5.11 dnnl-3.1-1.5.9 opencl-3.0-1.5.9",
        "jetpack5, 2.31, 3.4.28, 1.3.12, javacpp-1.5.11 dnnl-3.6.1-1.5.11 opencl-3.0-1.5.11"
    })
    void nativesAskForNothingNewerThanTheirBoardsHave(
            String profile, String glibc, String libstdcxx, String cxxabi, String jars) throws IOException {
        assumeTrue(Files.isDirectory(FOLDER), "the boards' natives were not fetched (a quick build)");
        Set<String> tooNew = new TreeSet<>();
        int seen = 0;
        for (String name : jars.split(" ", -1)) {
            try (JarFile jar =
                    new JarFile(FOLDER.resolve(name + "-linux-arm64.jar").toFile())) {
                for (JarEntry entry :
                        jar.stream().filter(e -> e.getName().contains(".so")).toList()) {
                    byte[] library = jar.getInputStream(entry).readAllBytes();
                    Matcher m = VERSION.matcher(new String(library, StandardCharsets.ISO_8859_1));
                    while (m.find()) {
                        seen++;
                        String most = switch (m.group(1)) {
                            case "GLIBC" -> glibc;
                            case "GLIBCXX" -> libstdcxx;
                            default -> cxxabi;
                        };
                        if (Version.parse(m.group(2)).compareTo(Version.parse(most)) > 0) {
                            tooNew.add(entry.getName() + " wants " + m.group());
                        }
                    }
                }
            }
        }
        assertThat(tooNew).as("too new for %s", profile).isEmpty();
        assertThat(seen).isPositive();
    }
}
