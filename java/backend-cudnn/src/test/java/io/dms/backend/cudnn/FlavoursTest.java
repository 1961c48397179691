package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.testkit.ClassFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
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
 * One source runs on the presets of every CUDA generation: each method that our classes call exists in each flavour's
 * jars with the very signature. Javac binds a call to a signature, so a preset that widened an {@code int} would fail
 * on the board alone, at the first call.
 */
class FlavoursTest {
    /** Maven profile, then the jars of its flavour. */
    private static final Map<String, List<String>> FLAVOURS = Map.of(
            "jetpack4", List.of("cuda-10.2-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "jetpack5", List.of("cuda-11.4-8.2-1.5.6.jar", "javacpp-1.5.11.jar"),
            "jetpack6", List.of("cuda-12.6-9.5-1.5.11.jar", "javacpp-1.5.11.jar"),
            "cuda13", List.of("cuda-13.1-9.19-1.5.13.jar", "javacpp-1.5.13.jar"));

    private static final Map<String, List<String>> CPU_FLAVOURS = Map.of(
            "jetpack4", List.of("dnnl-3.1-1.5.9.jar", "javacpp-1.5.11.jar"),
            "jetpack5 and 6", List.of("dnnl-3.6.1-1.5.11.jar", "javacpp-1.5.11.jar"),
            "cuda13", List.of("dnnl-3.11-1.5.13.jar", "javacpp-1.5.13.jar"));

    /** cuDNN's graph interface, of which only a probe makes use, and which says so where a preset has none. */
    private static final Map<String, Set<String>> LEFT_OUT =
            Map.of("jetpack4", Set.of("CudnnGraph.class"), "jetpack5", Set.of("CudnnGraph.class"));

    private static final Path FOLDER = Path.of("target", "flavours");

    @TestFactory
    Stream<DynamicTest> everyFlavourHasWhatTheBackendCalls() {
        return FLAVOURS.keySet().stream()
                .sorted()
                .map(f -> DynamicTest.dynamicTest(
                        f,
                        () -> assertHas(
                                Objects.requireNonNull(FLAVOURS.get(f)), ours(), LEFT_OUT.getOrDefault(f, Set.of()))));
    }

    private static Path ours() throws URISyntaxException {
        return Path.of(CudaLibraries.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    @TestFactory
    Stream<DynamicTest> everyFlavourHasWhatTheCpuBackendCalls() {
        Path classes = Path.of("..", "backend-cpu", "target", "classes");
        return CPU_FLAVOURS.keySet().stream()
                .sorted()
                .map(f -> DynamicTest.dynamicTest(
                        f, () -> assertHas(Objects.requireNonNull(CPU_FLAVOURS.get(f)), classes, Set.of())));
    }

    private static void assertHas(List<String> jars, Path classes, Set<String> leftOut) throws IOException {
        assumeTrue(Files.isDirectory(classes), () -> "not built here: " + classes);
        Map<String, ClassFile> there = new HashMap<>();
        for (String jar : jars) {
            there.putAll(read(jar));
        }
        Set<String> missing = new TreeSet<>();
        int seen = 0;
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")
                            && !leftOut.contains(f.getFileName().toString()))
                    .toList()) {
                for (String call : ClassFile.read(Files.readAllBytes(file)).calls()) {
                    String owner = call.substring(0, call.indexOf('.'));
                    if (there.containsKey(owner) || owner.startsWith("org/bytedeco/")) {
                        seen++;
                        if (!declares(there, owner, call.substring(owner.length() + 1))) {
                            missing.add(call + " in " + file.getFileName());
                        }
                    }
                }
            }
        }
        assertThat(missing).as("called, and not in %s", jars).isEmpty();
        assumeTrue(seen > 0, "nothing calls the presets yet");
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

    @Test
    void aMethodThatIsNotThereIsNoticed() throws IOException {
        Map<String, ClassFile> there = read("cuda-13.1-9.19-1.5.13.jar");
        String owner = "org/bytedeco/cuda/global/cudart";
        assertThat(declares(there, owner, "cudaMalloc(Lorg/bytedeco/javacpp/Pointer;J)I"))
                .isTrue();
        assertThat(declares(there, owner, "cudaMalloc(Lorg/bytedeco/javacpp/Pointer;I)I"))
                .isFalse();
        assertThat(declares(there, "org/bytedeco/cuda/global/nothing", "f()V")).isFalse();
    }

    private static Map<String, ClassFile> read(String jar) throws IOException {
        Path file = FOLDER.resolve(jar);
        assumeTrue(Files.exists(file), () -> "the build did not fetch " + jar + " (-Dquick leaves it out)");
        Map<String, ClassFile> classes = new HashMap<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                boolean versioned = entry.getName().startsWith("META-INF/");
                if (entry.getName().endsWith(".class") && !versioned) {
                    ClassFile c = ClassFile.read(bytes(zip, entry));
                    classes.put(c.name(), c);
                }
            }
        }
        return classes;
    }

    private static byte[] bytes(ZipFile zip, ZipEntry entry) {
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
