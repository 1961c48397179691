package io.dms.backend.tensorrt;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import org.jspecify.annotations.Nullable;

/**
 * An {@code nvinfer1::v_1_0::IProgressMonitor} whose functions are in Java, since the presets have its class but no way
 * to make one. An object with a table of virtual functions, in the order in which {@code NvInferRuntimeBase.h} and
 * {@code NvInfer.h} of TensorRT 10 declare them: language, interface, the destructor's two, then the three of the
 * interface. Lives as long as this object; to be kept until the library does not know it any more.
 */
final class Monitor {
    /** {@code nvinfer1::InterfaceInfo}. */
    @FieldOrder({"kind", "major", "minor"})
    public static class Info extends Structure implements Structure.ByValue {
        /** Name of the interface. */
        public @Nullable Pointer kind;
        /** Its version. */
        public int major;
        /** Its version. */
        public int minor;
    }

    /** {@code APILanguage getAPILanguage() const}. */
    public interface Language extends Callback {
        /** 0 is C++. */
        int callback(Pointer self);
    }

    /** {@code InterfaceInfo getInterfaceInfo() const}. */
    public interface Interface extends Callback {
        /** Name and version. */
        Info callback(Pointer self);
    }

    /** A destructor. */
    public interface Destructor extends Callback {
        /** Nothing to do: Java owns the object. */
        void callback(Pointer self);
    }

    /** {@code void phaseStart(char const* phase, char const* parent, int32_t steps)}. */
    public interface Start extends Callback {
        /** A phase begins. */
        void callback(Pointer self, @Nullable Pointer phase, @Nullable Pointer parent, int steps);
    }

    /** {@code bool stepComplete(char const* phase, int32_t step)}. */
    public interface Step extends Callback {
        /** 0 ends the build. A byte, which is what a C++ {@code bool} is. */
        byte callback(Pointer self, @Nullable Pointer phase, int step);
    }

    /** {@code void phaseFinish(char const* phase)}. */
    public interface Finish extends Callback {
        /** A phase is over. */
        void callback(Pointer self, @Nullable Pointer phase);
    }

    private final Callback[] functions;
    private final Memory name = new Memory(32);
    private final Memory table;
    private final Memory object = new Memory(Native.POINTER_SIZE);

    Monitor(NvInfer.Progress progress) {
        name.setString(0, "IProgressMonitor", "US-ASCII");
        functions = new Callback[] {
            (Language) self -> 0,
            (Interface) self -> info(),
            (Destructor) self -> {},
            (Destructor) self -> {},
            (Start) (self, phase, parent, steps) -> quietly(() -> {
                progress.start(text(phase), steps);
                return true;
            }),
            (Step) (self, phase, step) -> (byte) (quietly(() -> progress.step(text(phase), step)) ? 1 : 0),
            (Finish) (self, phase) -> quietly(() -> {
                progress.end(text(phase));
                return true;
            })
        };
        table = new Memory((long) functions.length * Native.POINTER_SIZE);
        for (int i = 0; i < functions.length; i++) {
            table.setPointer((long) i * Native.POINTER_SIZE, CallbackReference.getFunctionPointer(functions[i]));
        }
        object.setPointer(0, table);
    }

    /** The address of the object. */
    long address() {
        return Pointer.nativeValue(object);
    }

    private Info info() {
        Info i = new Info();
        i.kind = name;
        i.major = 1;
        i.minor = 0;
        // JNA copies a returned structure from its memory and not from its fields.
        i.write();
        return i;
    }

    private static String text(@Nullable Pointer chars) {
        return chars == null ? "" : chars.getString(0, "UTF-8");
    }

    /** What is asked of a listener. */
    private interface Asked {
        boolean answer();
    }

    /** An exception can't cross the library: it ends the build. */
    private static boolean quietly(Asked asked) {
        try {
            return asked.answer();
        } catch (RuntimeException e) {
            return false;
        }
    }
}
