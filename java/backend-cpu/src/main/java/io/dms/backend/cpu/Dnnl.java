package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_invalid_arguments;
import static org.bytedeco.dnnl.global.dnnl.dnnl_out_of_memory;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_unimplemented;

import io.dms.model.EnvironmentException;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * The library: loaded on first use, one engine and one in-order stream for the whole process (a CPU stream has no state,
 * so threads may share it). Also counts the native objects alive, so that tests can tell a leak.
 */
final class Dnnl {
    private static final AtomicLong LIVE = new AtomicLong();

    private final dnnl_engine engine;
    private final dnnl_stream stream;

    private Dnnl() {
        if (System.getProperty("org.bytedeco.javacpp.maxbytes") == null) {
            System.setProperty("org.bytedeco.javacpp.maxbytes", "0");
        }
        if (System.getProperty("org.bytedeco.javacpp.maxphysicalbytes") == null) {
            System.setProperty("org.bytedeco.javacpp.maxphysicalbytes", "0");
        }
        OmpThreads.beforeLoad();
        engine = new dnnl_engine();
        check(dnnl_engine_create(engine, dnnl_cpu, 0), "creating the CPU engine");
        stream = new dnnl_stream();
        check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "creating the stream");
    }

    /** Holds the one instance: made when it is first asked for. */
    private static final class Holder {
        static final Dnnl INSTANCE = new Dnnl();
    }

    /**
     * The loaded library.
     *
     * @throws EnvironmentException if it can't be loaded here
     */
    static Dnnl get() {
        try {
            return Holder.INSTANCE;
        } catch (LinkageError e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            Throwable[] hidden = root.getSuppressed();
            String why = String.valueOf(hidden.length > 0 ? hidden[hidden.length - 1].getMessage() : root.getMessage());
            throw new EnvironmentException(
                    "oneDNN can't be loaded (" + why.lines().findFirst().orElse("") + "): the jars"
                            + " dnnl, opencl and javacpp for this platform must be on the class path",
                    e);
        }
    }

    dnnl_engine engine() {
        return engine;
    }

    dnnl_stream stream() {
        return stream;
    }

    /** Native objects made and not yet destroyed. */
    static long live() {
        return LIVE.get();
    }

    static void made() {
        LIVE.incrementAndGet();
    }

    static void destroyed() {
        LIVE.decrementAndGet();
    }

    /** Turns a status other than success into an exception that says what was tried. */
    static void check(int status, String what) {
        if (status != 0) {
            throw failure(status, what);
        }
    }

    static RuntimeException failure(int status, String what) {
        if (status == dnnl_out_of_memory) {
            return new EnvironmentException("out of native memory " + what + ": use a smaller batch or model");
        }
        String why = status == dnnl_invalid_arguments
                ? "invalid arguments"
                : status == dnnl_unimplemented ? "not implemented" : "status " + status;
        return new IllegalStateException("oneDNN failed " + what + ": " + why);
    }
}
