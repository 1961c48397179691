package io.dms.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * The presets' jars of each flavour that this project is built for, and a test of each. Javac binds a call to a signature,
 * so a preset that widened an {@code int} would fail on the board alone, at the first call.
 *
 * @param jars Maven profile, or what else names a flavour, and its jars
 */
public record Flavours(Map<String, List<String>> jars) {
    /** CUDA's, of every generation. */
    public static final Flavours CUDA = new Flavours(Map.of(
            "jetpack4", List.of("cuda-10.2-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "jetpack5", List.of("cuda-11.4-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "jetpack6", List.of("cuda-12.6-9.5-1.5.11.jar", "javacpp-1.5.11.jar"),
            "cuda13", List.of("cuda-13.1-9.19-1.5.13.jar", "javacpp-1.5.13.jar")));

    /** What one flavour is held to. */
    @FunctionalInterface
    public interface Check {
        /** Throws where these jars are not as wanted. */
        void run(String flavour, List<String> jars) throws Exception;
    }

    /** What a flavour's presets are asked for. */
    @FunctionalInterface
    public interface Calls {
        /** The calls of a flavour. */
        PresetCalls of(String flavour) throws Exception;
    }

    /** A test for each, skipped where the build did not fetch a jar. */
    public Stream<DynamicTest> each(Check check) {
        return jars.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    e.getValue().forEach(PresetJars::require);
                    check.run(e.getKey(), e.getValue());
                }));
    }

    /**
     * A test for each that all calls are there, with the very signature.
     *
     * @param least how many there are at the least, so that a test of none fails
     */
    public Stream<DynamicTest> eachHas(Calls calls, int least) {
        return each((flavour, files) -> {
            PresetCalls ours = calls.of(flavour);
            assertThat(ours.missing(PresetJars.read(files)))
                    .as("called, and not in %s", files)
                    .isEmpty();
            assertThat(ours.all()).hasSizeGreaterThan(least);
        });
    }
}
