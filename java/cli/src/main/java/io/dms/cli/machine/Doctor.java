package io.dms.cli.machine;

import io.dms.model.DmsException;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.actuate.ActuatorOptions;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Looks at this machine and says what it has and lacks. Loads only the backends of DMS itself. */
public final class Doctor {
    private final SystemFiles files;
    private final NativeLibraries libraries;
    private final ActuatorOptions actuation;

    /** @param libraryPath the variable {@code LD_LIBRARY_PATH}, or null */
    public Doctor(SystemFiles files, @Nullable String libraryPath, ActuatorOptions actuation) {
        this.files = files;
        this.libraries = new NativeLibraries(files, libraryPath);
        this.actuation = actuation;
    }

    /** All findings, the machine first. What fails to be looked at is a finding, too. */
    public List<Check> examine() {
        Machine machine = Machine.read(files);
        SoftwareChecks software = new SoftwareChecks(files, libraries, machine.jetson());
        BoardChecks board = new BoardChecks(files, actuation);
        List<Check> out = new ArrayList<>();
        out.add(Check.ok("board", machine.board()));
        look(out, "JetPack", () -> List.of(software.jetpack()));
        out.add(Check.ok("cpu", machine.cpu() + ", " + machine.cores() + (machine.cores() == 1 ? " core" : " cores")));
        out.add(features(machine.cpuFeatures()));
        out.add(memory(machine.memoryBytes()));
        out.add(Check.ok("os", machine.os()));
        out.add(Check.ok("jdk", machine.jdk()));
        look(out, "backends", Doctor::backends);
        look(out, "natives", software::natives);
        look(out, "libraries", software::libraries);
        look(out, "sensors", board::sensors);
        look(out, "clocks", board::clocks);
        look(out, "permissions", board::permissions);
        out.add(folder("cache folder", Folders.cache()));
        out.add(folder("data folder", Folders.data()));
        return out;
    }

    /** The doctor is for machines where something is wrong: whatever fails, the other findings are shown. */
    private static void look(List<Check> out, String name, Supplier<List<Check>> what) {
        try {
            out.addAll(what.get());
        } catch (RuntimeException | LinkageError e) {
            out.add(new Check(name, Check.State.WARNING, "could not be looked at: " + e, "please report this line"));
        }
    }

    private static Check features(List<String> features) {
        if (features.isEmpty()) {
            return Check.missing("instructions", "the kernel does not tell");
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
                ? Check.missing("memory", "the kernel does not tell")
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
        Check.State bad = backend.name().equals("cpu") ? Check.State.BROKEN : Check.State.MISSING;
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
