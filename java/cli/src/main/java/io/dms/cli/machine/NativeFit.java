package io.dms.cli.machine;

import io.dms.monitor.SystemFiles;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which natives this build of DMS holds, what C library they need, and which one the machine has; loads none. */
final class NativeFit {
    private static final Pattern NEEDED = Pattern.compile("GLIBC_(\\d{1,3}\\.\\d{1,3})(?![\\d])");
    private static final Pattern OWN = Pattern.compile("GNU C Library [^\\n]*?version (\\d{1,3}\\.\\d{1,3})");
    private static final Pattern MAPPED = Pattern.compile("(?m) (/.*/libc(?:\\.so\\.6|-2\\.\\d+\\.so))$");
    private static final int MOST_BYTES = 16 << 20;

    private NativeFit() {}

    /** The version of a preset on the class path, as in {@code 3.11-1.5.13}, or null where it is not built in. */
    static @Nullable String preset(String name) {
        try (InputStream in =
                NativeFit.class.getResourceAsStream("/META-INF/maven/org.bytedeco/" + name + "/pom.properties")) {
            if (in == null) {
                return null;
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            return null;
        }
    }

    /** The newest glibc that the libraries of JavaCPP and oneDNN ask for, or null where this build has none for this platform. */
    static @Nullable String neededGlibc() {
        String platform = "linux-" + (System.getProperty("os.arch", "").equals("aarch64") ? "arm64" : "x86_64");
        String javacpp = newestOf("/org/bytedeco/javacpp/" + platform + "/libjnijavacpp.so");
        String dnnl = newestOf("/org/bytedeco/dnnl/" + platform + "/libdnnl.so.3");
        return javacpp == null || dnnl == null ? null : compare(javacpp, dnnl) < 0 ? dnnl : javacpp;
    }

    /** Reads the beginning, where a library names the versions of what it wants. */
    private static @Nullable String newestOf(String library) {
        try (InputStream in = NativeFit.class.getResourceAsStream(library)) {
            return in == null ? null : newest(NEEDED, in.readNBytes(MOST_BYTES));
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * The machine's glibc, or null where there is none that can be read. The library that this process runs on is the
     * first that is asked: folders differ from one distribution to the next, and an emulator of another processor shows
     * its guest's folders, but not always the files in them.
     */
    static @Nullable String glibc(SystemFiles files) {
        List<Path> candidates = new ArrayList<>();
        String maps = files.text("/proc/self/maps");
        Matcher mapped = MAPPED.matcher(maps == null ? "" : maps);
        if (mapped.find()) {
            candidates.add(files.path(mapped.group(1)));
        }
        for (String folder : List.of("/usr/lib", "/lib")) {
            for (Path triplet : files.list(files.path(folder), "*-linux-gnu*")) {
                candidates.add(triplet.resolve("libc.so.6"));
            }
        }
        for (String folder : List.of("/lib64", "/usr/lib64", "/usr/lib", "/lib")) {
            candidates.add(files.path(folder + "/libc.so.6"));
        }
        for (Path candidate : candidates) {
            if (Files.isRegularFile(candidate)) {
                try (InputStream in = Files.newInputStream(candidate)) {
                    String version = newest(OWN, in.readNBytes(MOST_BYTES));
                    if (version != null) {
                        return version;
                    }
                } catch (IOException e) {
                    continue;
                }
            }
        }
        return null;
    }

    private static @Nullable String newest(Pattern pattern, byte[] bytes) {
        String newest = null;
        Matcher m = pattern.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        while (m.find()) {
            if (newest == null || compare(m.group(1), newest) > 0) {
                newest = m.group(1);
            }
        }
        return newest;
    }

    /** Compares versions of numbers and dots. */
    static int compare(String a, String b) {
        return Version.parse(a).compareTo(Version.parse(b));
    }
}
