package io.dms.cli.machine;

import io.dms.cli.machine.Check.State;
import io.dms.monitor.JetsonRelease;
import io.dms.monitor.SystemFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** JetPack, CUDA, cuDNN, TensorRT and presets: what is installed, by files and names alone, and whether it fits. */
final class SoftwareChecks {
    private static final Pattern SONAME = Pattern.compile("\\.so\\.(\\d+(?:\\.\\d+)*)$");
    private static final Pattern CUDA_JSON =
            Pattern.compile("\"cuda\"\\s*:\\s*\\{[^}]*\"version\"\\s*:\\s*\"([\\d.]+)\"");
    private static final Pattern CUDA_TXT = Pattern.compile("CUDA Version ([\\d.]+)");
    private static final String CURE = "sudo apt install nvidia-jetpack";

    private final SystemFiles files;
    private final NativeLibraries libraries;
    private final @Nullable JetsonRelease jetson;
    private final @Nullable JetPack pack;

    SoftwareChecks(SystemFiles files, NativeLibraries libraries, @Nullable JetsonRelease jetson) {
        this.files = files;
        this.libraries = libraries;
        this.jetson = jetson;
        this.pack = jetson == null ? null : JetPack.of(jetson.l4t());
    }

    /** JetPack and L4T. */
    Check jetpack() {
        if (jetson == null) {
            return Check.ok("JetPack", "not a Jetson");
        }
        if (pack == null) {
            return new Check(
                    "JetPack",
                    State.WARNING,
                    "L4T " + jetson.l4t() + ", of no JetPack that DMS knows",
                    "DMS knows JetPack 4.6 to 7.2 (L4T 32.6 to 39)");
        }
        String installed = packageVersion("nvidia-jetpack");
        String l4t = ", L4T " + jetson.l4t();
        return installed == null ? Check.ok("JetPack", pack.name() + l4t) : Check.ok("JetPack", installed + l4t);
    }

    private @Nullable String packageVersion(String name) {
        Path status = files.path("/var/lib/dpkg/status");
        if (!Files.isRegularFile(status)) {
            return null;
        }
        try (BufferedReader in = Files.newBufferedReader(status, StandardCharsets.ISO_8859_1)) {
            boolean inside = false;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("Package: ")) {
                    inside = line.equals("Package: " + name);
                } else if (inside && line.startsWith("Version: ")) {
                    return line.substring("Version: ".length());
                }
            }
        } catch (IOException e) {
            return null;
        }
        return null;
    }

    /** CUDA's driver and run time, cuDNN, TensorRT. */
    List<Check> libraries() {
        List<Check> out = new ArrayList<>();
        out.add(library("CUDA driver", "cuda", null, null));
        out.add(library("CUDA runtime", "cudart", cudaVersion(), pack == null ? null : pack.cuda()));
        out.add(library("cuDNN", "cudnn", null, pack == null ? null : pack.cudnn()));
        out.add(library("TensorRT", "nvinfer", null, pack == null ? null : pack.tensorrt()));
        return out;
    }

    private @Nullable String cudaVersion() {
        String json = files.text("/usr/local/cuda/version.json");
        Matcher m = CUDA_JSON.matcher(json == null ? "" : json);
        if (m.find()) {
            return m.group(1);
        }
        String text = files.text("/usr/local/cuda/version.txt");
        m = CUDA_TXT.matcher(text == null ? "" : text);
        return m.find() ? m.group(1) : null;
    }

    private static String user(String name) {
        return switch (name) {
            case "TensorRT" -> "only the tensorrt backend needs it";
            case "cuDNN" -> "only the cudnn backend needs it";
            default -> "only the cudnn and tensorrt backends need it";
        };
    }

    private Check library(String name, String library, @Nullable String known, @Nullable String expected) {
        Path found = libraries.find(library);
        if (found == null) {
            // Where no build is for the JetPack, its libraries help nobody: the line of the presets says what does.
            boolean wanted = jetson != null && (pack == null || !pack.presets().isEmpty());
            return new Check(name, State.MISSING, "not found; " + user(name), wanted ? CURE : null);
        }
        String version = known;
        if (version == null) {
            Matcher m = SONAME.matcher(String.valueOf(found.getFileName()));
            version = m.find() ? m.group(1) : null;
        }
        String finding = (version == null ? "" : version + ", ") + found;
        boolean other = version != null
                && version.contains(".")
                && expected != null
                && !(version + ".").startsWith(expected + ".");
        return other && pack != null
                ? new Check(
                        name,
                        State.WARNING,
                        finding + "; JetPack " + pack.name() + " comes with " + expected,
                        "use the one of JetPack, or expect engines and presets not to fit: " + CURE)
                : Check.ok(name, finding);
    }

    /** The natives of this build against the C library of this machine, and presets that would fit. */
    List<Check> natives() {
        List<Check> out = new ArrayList<>();
        String javacpp = NativeFit.preset("javacpp");
        String needed = NativeFit.neededGlibc();
        String measured = NativeFit.glibc(files);
        String glibc = measured == null && pack != null ? pack.glibc() : measured;
        if (needed == null) {
            out.add(new Check(
                    "natives",
                    State.MISSING,
                    "this build has none for " + System.getProperty("os.arch"),
                    "build DMS on this machine: ./dms doctor"));
        } else if (glibc == null) {
            out.add(Check.ok(
                    "natives",
                    "JavaCPP " + javacpp + " and oneDNN need glibc " + needed + "; this machine's is not known"));
        } else if (NativeFit.compare(glibc, needed) < 0) {
            out.add(new Check(
                    "natives",
                    State.WARNING,
                    "JavaCPP " + javacpp + " and oneDNN need glibc " + needed + ", this machine has " + glibc,
                    "build DMS on this machine, ./dms picks natives that fit a Jetson; by hand:"
                            + " mvn -Pjetpack4 or -Pjetpack5 (docs/gpu.md)"));
        } else {
            out.add(Check.ok(
                    "natives",
                    "JavaCPP " + javacpp + " and oneDNN need glibc " + needed + ", this machine has " + glibc));
        }
        out.add(presets());
        return out;
    }

    private Check presets() {
        List<String> built = new ArrayList<>();
        for (String name : List.of("dnnl", "cuda", "tensorrt")) {
            String version = NativeFit.preset(name);
            if (version != null) {
                built.add(name + " " + version);
            }
        }
        String finding = "built in: " + (built.isEmpty() ? "none" : String.join(", ", built));
        if (pack == null) {
            return Check.ok("presets", finding);
        }
        if (pack.presets().isEmpty()) {
            return new Check(
                    "presets",
                    State.WARNING,
                    finding + "; none are for CUDA " + pack.cuda() + ", cuDNN " + pack.cudnn() + " and TensorRT "
                            + pack.tensorrt() + " of JetPack " + pack.name(),
                    "upgrade this board to JetPack 6.1 or newer, or keep to backend cpu");
        }
        boolean fit = Objects.equals(NativeFit.preset("cuda"), pack.cudaPreset())
                && Objects.equals(NativeFit.preset("tensorrt"), pack.tensorrtPreset());
        return new Check(
                "presets",
                fit ? State.OK : State.WARNING,
                finding + "; for this JetPack's GPU fit " + pack.presets(),
                fit ? null : "build DMS on this board with ./dms, which picks them (docs/gpu.md)");
    }
}
