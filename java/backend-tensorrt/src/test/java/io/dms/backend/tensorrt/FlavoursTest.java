package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.testkit.ClassFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * One source runs on the presets of every flavour. What is called directly is looked for in each flavour's class files,
 * with the very signature that javac bound to; what differs between generations is resolved as the program resolves it, in
 * a class loader of each flavour. No library is loaded.
 */
class FlavoursTest {
    /** TensorRT's presets, then what they stand on. */
    private static final Map<String, List<String>> FLAVOURS = Map.of(
            "8.0 on CUDA 10.2 (jetpack4)",
            List.of("tensorrt-8.0-1.5.6.jar", "cuda-10.2-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "8.0 on CUDA 11.4",
            List.of("tensorrt-8.0-1.5.6.jar", "cuda-11.4-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "8.4 on CUDA 11.4 (jetpack5)",
            List.of("tensorrt-8.4-1.5.8.jar", "cuda-11.4-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "10.6 on CUDA 12.6 (jetpack6)",
            List.of("tensorrt-10.6-1.5.11.jar", "cuda-12.6-9.5-1.5.11.jar", "javacpp-1.5.11.jar"),
            "10.15 on CUDA 13.1",
            List.of("tensorrt-10.15-1.5.13.jar", "cuda-13.1-9.19-1.5.13.jar", "javacpp-1.5.13.jar"));

    private static final Path FOLDER = Path.of("target", "flavours");

    @TestFactory
    Stream<DynamicTest> everyFlavourHasWhatIsCalledDirectly() {
        return tests(jars -> assertHas(jars, ours()));
    }

    @TestFactory
    Stream<DynamicTest> everyFlavourHasTheMethodsOfItsGenerationAndNotThoseOfTheOther() {
        return tests(jars -> {
            try (URLClassLoader loader = loader(jars)) {
                Calls calls = new Calls(loader);
                assertThat(new PresetCuda.Handles(calls)).isNotNull();
                boolean eight = jars.get(0).startsWith("tensorrt-8");
                if (eight) {
                    assertThat(new PresetNvInfer8.Handles(calls).destroy).hasSize(8);
                    assertThatThrownBy(() -> new PresetNvInfer10.Handles(calls)).isInstanceOf(LinkageError.class);
                } else {
                    assertThat(new PresetNvInfer10.Handles(calls).enqueueV3).isNotNull();
                    assertThatThrownBy(() -> new PresetNvInfer8.Handles(calls)).isInstanceOf(LinkageError.class);
                }
            }
        });
    }

    private static Stream<DynamicTest> tests(Check check) {
        return FLAVOURS.keySet().stream()
                .sorted()
                .map(f -> DynamicTest.dynamicTest(f, () -> {
                    List<String> jars = Objects.requireNonNull(FLAVOURS.get(f));
                    for (String jar : jars) {
                        assumeTrue(
                                Files.exists(FOLDER.resolve(jar)),
                                () -> "the build did not fetch " + jar + " (-Dquick leaves it out)");
                    }
                    check.run(jars);
                }));
    }

    /** What one flavour is held to. */
    private interface Check {
        void run(List<String> jars) throws Exception;
    }

    private static URLClassLoader loader(List<String> jars) throws IOException {
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = FOLDER.resolve(jars.get(i)).toUri().toURL();
        }
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    private static Path ours() throws URISyntaxException {
        return Path.of(
                Calls.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static void assertHas(List<String> jars, Path classes) throws IOException {
        Map<String, ClassFile> there = new HashMap<>();
        for (String jar : jars) {
            there.putAll(read(jar));
        }
        Set<String> missing = new TreeSet<>();
        int seen = 0;
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                for (String call : ClassFile.read(Files.readAllBytes(file)).calls()) {
                    String owner = call.substring(0, call.indexOf('.'));
                    if (owner.startsWith("org/bytedeco/")) {
                        seen++;
                        if (!declares(there, owner, call.substring(owner.length() + 1))) {
                            missing.add(call + " in " + file.getFileName());
                        }
                    }
                }
            }
        }
        assertThat(missing).as("called, and not in %s", jars).isEmpty();
        assertThat(seen).isGreaterThan(50);
    }

    /** Also where a parent declares it, be it a class of the JDK. */
    private static boolean declares(Map<String, ClassFile> there, String owner, String member) {
        ClassFile c = there.get(owner);
        if (c == null) {
            return owner.equals("java/lang/Object")
                    && Stream.of(Object.class.getMethods()).anyMatch(m -> member.startsWith(m.getName() + "("));
        }
        return c.members().contains(member) || declares(there, Objects.requireNonNullElse(c.superName(), "-"), member);
    }

    /** The presets list a class's functions as its header does. */
    @Test
    void theDestructorOfAParserIsWhereItIsTakenToBe() throws IOException {
        for (String jar : List.of("tensorrt-10.6-1.5.11.jar", "tensorrt-10.15-1.5.13.jar")) {
            ClassFile parser = Objects.requireNonNull(read(jar).get("org/bytedeco/tensorrt/nvonnxparser/IParser"));
            List<String> functions = parser.members().stream()
                    .map(m -> m.substring(0, m.indexOf('(')))
                    .filter(m -> !m.startsWith("<"))
                    .distinct()
                    .toList();
            assertThat(functions.subList(0, PresetNvInfer10.BEFORE_PARSERS + 1))
                    .endsWith("clearErrors", "getUsedVCPluginLibraries");
        }
    }

    @Test
    void aMethodThatIsNotThereIsNoticed() throws IOException {
        Map<String, ClassFile> there = read("tensorrt-8.0-1.5.6.jar");
        String context = "org/bytedeco/tensorrt/nvinfer/IExecutionContext";
        assertThat(declares(there, context, "setDeviceMemory(Lorg/bytedeco/javacpp/Pointer;)V"))
                .isTrue();
        assertThat(declares(there, context, "enqueueV3(Lorg/bytedeco/cuda/cudart/CUstream_st;)Z"))
                .isFalse();
    }

    private static Map<String, ClassFile> read(String jar) throws IOException {
        Path file = FOLDER.resolve(jar);
        assumeTrue(Files.exists(file), () -> "the build did not fetch " + jar + " (-Dquick leaves it out)");
        Map<String, ClassFile> classes = new HashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                if (entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/")) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        ClassFile c = ClassFile.read(in.readAllBytes());
                        classes.put(c.name(), c);
                    }
                }
            }
        }
        return classes;
    }
}
