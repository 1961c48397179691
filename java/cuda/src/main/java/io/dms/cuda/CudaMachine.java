package io.dms.cuda;

import io.dms.model.EnvironmentException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Whether this machine has a device to run on, and if not, why and what to do. Nothing is loaded before somebody asks, and
 * each looks once. A backend adds what it needs beside CUDA. Thread-safe.
 */
public abstract class CudaMachine {
    /** What a backend adds to every reason: the way out that always is there. Who wants the device itself has none. */
    private static final String OTHERWISE = ", or use backend cpu";

    /** The presets' own library, in JavaCPP's cache, before the name of the one that it misses. */
    private static final Pattern OURS = Pattern.compile("^/\\S*/libjni\\w+\\.so: (?=lib)");

    private static final Pattern RUNTIME = Pattern.compile("^libcudart\\.so\\.(\\d+)");

    /** What is said where another backend looked before: JavaCPP's first reason is gone then. */
    private static final String TOLD_BEFORE = "libcuda.so.1 or libcudart is not found";

    private static @Nullable String firstFailure;

    private final String deviceProperty;
    private @Nullable String refusal;
    private boolean looked;

    /** @param deviceProperty system property: number of the device among those that are visible, else 0 */
    protected CudaMachine(String deviceProperty) {
        this.deviceProperty = deviceProperty;
    }

    /** Number of the device among those that are visible. */
    public final int device() {
        return Integer.getInteger(deviceProperty, 0);
    }

    /**
     * Does nothing where there is a device with all that the backend needs.
     *
     * @throws EnvironmentException if not, in one line with the cure and the other backend
     */
    public final void check() {
        String why = refusal();
        if (why != null) {
            throw new EnvironmentException(why + OTHERWISE);
        }
    }

    /** Why there is nothing to run on, in one line with the cure; null where there is all that is needed. */
    public final synchronized @Nullable String refusal() {
        if (!looked) {
            String why = look();
            refusal = why == null ? null : TegraRelease.here().explain(why);
            looked = true;
        }
        return refusal;
    }

    /** Loads the libraries that the user chose, before the presets look for theirs. */
    protected abstract void preload();

    /** What lacks beside CUDA and a device, with the cure; null where nothing does. */
    protected abstract @Nullable String lacks();

    private @Nullable String look() {
        // JavaCPP would stop the program for garbage where memory of the device counts as the process's.
        for (String limit : new String[] {"org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxphysicalbytes"}) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, "0");
            }
        }
        try {
            preload();
            Loader.load(org.bytedeco.cuda.global.cudart.class);
        } catch (LinkageError | RuntimeException e) {
            String why = first(reason(e));
            return "CUDA can't be loaded (" + why + "): " + cureOfLoading(why);
        }
        try {
            String refusal = DeviceCount.ask().refusal(device());
            if (refusal != null) {
                return refusal;
            }
        } catch (LinkageError e) {
            return "CUDA's runtime is not the one that this build is for (" + reason(e) + "): install the one that"
                    + " docs/gpu.md names";
        }
        return lacks();
    }

    /** What to do where a library is missing, by the name of the one that is. */
    static String cureOfLoading(String why) {
        Matcher runtime = RUNTIME.matcher(why);
        return runtime.find()
                ? "install the runtime of CUDA " + runtime.group(1) + " or name its folder in LD_LIBRARY_PATH, take a"
                        + " build of DMS for another CUDA (docs/gpu.md)"
                : "install NVIDIA's driver and the CUDA runtime (on a Jetson: JetPack)";
    }

    /** Why CUDA could not be loaded when somebody first tried: JavaCPP tells it only once in a process. */
    private static synchronized String first(String why) {
        String before = firstFailure;
        if (before == null) {
            firstFailure = why;
            return why;
        }
        return why.equals(TOLD_BEFORE) ? before : why;
    }

    /** What really went wrong: JavaCPP hides it in suppressed errors and causes. */
    protected static String reason(Throwable e) {
        Throwable t = e;
        for (int depth = 0; depth < 16; depth++) {
            Throwable next = t.getSuppressed().length > 0 ? t.getSuppressed()[0] : t.getCause();
            if (next == null || next.equals(t)) {
                break;
            }
            t = next;
        }
        String text = String.valueOf(t.getMessage());
        if (text.contains("no jnicudart in java.library.path")) {
            return TOLD_BEFORE;
        }
        String line = text.lines().findFirst().orElse(t.getClass().getSimpleName());
        return OURS.matcher(line).replaceFirst("");
    }
}
