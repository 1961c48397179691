package io.dms.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The presets of one CUDA generation with JavaCPP, as class files: nothing of them is loaded. */
public final class PresetJars {
    /** Where a build puts them: each module what it alone needs, and {@code java/cuda} what several do. */
    private static final List<Path> FOLDERS =
            List.of(Path.of("target", "flavours"), Path.of("..", "cuda", "target", "flavours"));

    private final Map<String, ClassFile> classes = new HashMap<>();

    private PresetJars() {}

    /** Where a jar is; skips the test where the build did not fetch it. */
    public static Path require(String jar) {
        return FOLDERS.stream()
                .map(f -> f.resolve(jar))
                .filter(Files::exists)
                .findFirst()
                .orElseGet(() -> {
                    assumeTrue(false, "the build did not fetch " + jar + " (-Dquick leaves it out)");
                    return Path.of(jar);
                });
    }

    /** Reads these jars together; skips the test where the build did not fetch one. */
    public static PresetJars read(List<String> jars) throws IOException {
        PresetJars all = new PresetJars();
        for (String jar : jars) {
            all.add(require(jar));
        }
        return all;
    }

    private void add(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                boolean versioned = entry.getName().startsWith("META-INF/");
                if (entry.getName().endsWith(".class") && !versioned) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        ClassFile c = ClassFile.read(in.readAllBytes());
                        classes.put(c.name(), c);
                    }
                }
            }
        }
    }

    /** One class, as {@code org/bytedeco/cuda/global/cudart}. */
    public ClassFile type(String name) {
        return Objects.requireNonNull(classes.get(name), name);
    }

    /**
     * Whether a class has a member with this very signature; also where a parent declares it, be it a class of the JDK.
     *
     * @param owner as {@code org/bytedeco/cuda/global/cudart}
     * @param member as {@code cudaMalloc(Lorg/bytedeco/javacpp/Pointer;J)I}
     */
    public boolean declares(String owner, String member) {
        ClassFile c = classes.get(owner);
        if (c == null) {
            return owner.equals("java/lang/Object")
                    && Stream.of(Object.class.getMethods()).anyMatch(m -> member.startsWith(m.getName() + "("));
        }
        return c.members().contains(member) || declares(Objects.requireNonNullElse(c.superName(), "-"), member);
    }
}
