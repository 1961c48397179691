package io.dms.cli.machine;

import io.dms.model.DmsException;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.monitor.JetsonRelease;
import io.dms.monitor.SystemFiles;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import org.jspecify.annotations.Nullable;

/** Looks at this machine and says what it has and lacks. Loads only the backends of DMS itself. */
public final class Doctor {
    private final SystemFiles files;
    private final NativeLibraries libraries;

    /** @param libraryPath the variable {@code LD_LIBRARY_PATH}, or null */
    public Doctor(SystemFiles files, @Nullable String libraryPath) {
        this.files = files;
        this.libraries = new NativeLibraries(files, libraryPath);
    }

    /** All findings, the most important first. */
    public List<Check> examine() {
        Machine machine = Machine.read(files);
        List<Check> out = new ArrayList<>();
        out.add(Check.ok("board", machine.board()));
        out.add(jetson(machine.jetson()));
        out.add(Check.ok("cpu", machine.cpu() + ", " + machine.cores() + (machine.cores() == 1 ? " core" : " cores")));
        out.add(features(machine.cpuFeatures()));
        out.add(memory(machine.memoryBytes()));
        out.add(Check.ok("os", machine.os()));
        out.add(Check.ok("jdk", machine.jdk()));
        out.addAll(backends());
        out.add(library("CUDA driver", "cuda", "an NVIDIA GPU's driver; nothing in this version needs it"));
        out.add(library("CUDA runtime", "cudart", "nothing in this version needs it"));
        out.add(library("cuDNN", "cudnn", "nothing in this version needs it"));
        out.add(library("TensorRT", "nvinfer", "nothing in this version needs it"));
        out.add(folder("cache folder", Folders.cache()));
        out.add(folder("data folder", Folders.data()));
        return out;
    }

    private static Check jetson(@Nullable JetsonRelease jetson) {
        if (jetson == null) {
            return Check.absent("jetson", "not a Jetson");
        }
        String pack = jetson.jetpack() == null ? "unknown JetPack" : "JetPack " + jetson.jetpack();
        return Check.ok("jetson", pack + ", L4T " + jetson.l4t());
    }

    private static Check features(List<String> features) {
        if (features.isEmpty()) {
            return Check.absent("instructions", "the kernel does not tell");
        }
        boolean wide = features.contains("avx2") || features.contains("asimd");
        return new Check(
                "instructions",
                wide ? Check.State.OK : Check.State.WARNING,
                String.join(" ", features),
                wide ? null : "convolutions will be slow here: this processor, or the virtual machine, hides AVX2");
    }

    private static Check memory(@Nullable Long bytes) {
        return bytes == null
                ? Check.absent("memory", "the kernel does not tell")
                : Check.ok("memory", String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30)));
    }

    private static List<Check> backends() {
        List<Check> out = new ArrayList<>();
        try {
            for (Backend b : Backends.all()) {
                out.add(backend(b));
            }
        } catch (ServiceConfigurationError e) {
            out.add(new Check("backends", Check.State.BROKEN, String.valueOf(e.getMessage()), "build DMS again"));
        }
        return out;
    }

    private static Check backend(Backend backend) {
        String name = "backend " + backend.name();
        Check.State bad = backend.name().equals("cpu") ? Check.State.BROKEN : Check.State.ABSENT;
        try {
            List<String> refusals = backend.refusals(smallest());
            if (!refusals.isEmpty()) {
                return new Check(name, bad, String.join("; ", refusals), null);
            }
            inferOnce(backend);
            return Check.ok(name, backend.describe());
        } catch (DmsException | LinkageError e) {
            return new Check(
                    name, bad, String.valueOf(e.getMessage()), "see that the natives for this platform were built in");
        }
    }

    /** A network of one Relu over two numbers. */
    private static Graph smallest() {
        Shape shape = Shape.of(1, 2, 1, 1);
        return new Graph(
                "doctor",
                List.of(new Graph.Value("in", shape)),
                List.of(new Graph.Value("out", shape)),
                List.of(Node.of("relu", "Relu", List.of("in"), List.of("out"), Map.of())),
                Map.of(),
                Map.of("in", shape, "out", shape));
    }

    private static void inferOnce(Backend backend) {
        ScalableModel model = ScalableModel.plain(smallest());
        try (Session session = backend.open(model, SessionOptions.DEFAULT)) {
            FloatBuffer in = floats(-1, 2);
            FloatBuffer out = floats(9, 9);
            session.run(model.full(), in, out);
            if (out.get(0) != 0 || out.get(1) != 2) {
                throw new io.dms.model.EnvironmentException(
                        "relu(-1, 2) gave (" + out.get(0) + ", " + out.get(1) + ")");
            }
        }
    }

    private static FloatBuffer floats(float a, float b) {
        FloatBuffer f =
                ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).asFloatBuffer();
        return f.put(0, a).put(1, b);
    }

    private Check library(String name, String library, String absence) {
        Path found = libraries.find(library);
        return found == null ? Check.absent(name, "not found; " + absence) : Check.ok(name, found.toString());
    }

    /** Whether a folder can be written, without making it: the nearest one that is there decides. */
    private static Check folder(String name, Path folder) {
        Path there = folder;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there != null && Files.isDirectory(there) && canWrite(there)) {
            return Check.ok(name, folder + (Files.exists(folder) ? "" : " (made when needed)"));
        }
        return new Check(
                name,
                Check.State.WARNING,
                folder + " can't be written",
                "change its rights, or set XDG_CACHE_HOME and XDG_DATA_HOME to other folders");
    }

    private static boolean canWrite(Path folder) {
        try {
            Files.delete(Files.createTempFile(folder, ".dms-", ".tmp"));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
