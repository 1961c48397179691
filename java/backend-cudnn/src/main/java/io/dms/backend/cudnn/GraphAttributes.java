package io.dms.backend.cudnn;

import static org.bytedeco.cuda.global.cudnn.*;

import io.dms.cuda.DeviceException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/** Attributes of the descriptors of cuDNN's graph interface, set and read, and refusals in the library's own words. */
final class GraphAttributes {
    private static final int MOST_WORDS = 1024;

    private GraphAttributes() {}

    static void check(int status, String what) {
        if (status != 0) {
            String name = cudnnGetErrorString(status).getString();
            String words = words();
            throw new DeviceException(
                    DeviceException.Kind.UNSUPPORTED, what + ": " + name + (words.isEmpty() ? "" : ", " + words));
        }
    }

    /** Why the library refused this thread's last call, in its own words. */
    private static String words() {
        // Without a limit, a string ends at its zero.
        try (BytePointer text = new BytePointer(MOST_WORDS)) {
            text.fill(0);
            cudnnGetLastErrorString(text, MOST_WORDS - 1);
            return text.limit(0)
                    .getString(StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(l -> !l.isEmpty())
                    .collect(Collectors.joining("; "));
        }
    }

    static void set(Pointer d, int name, int type, long count, Pointer values) {
        check(
                cudnnBackendSetAttribute(new cudnnBackendDescriptor_t(d), name, type, count, values),
                "attribute " + name);
    }

    static void longs(cudnnBackendDescriptor_t d, int name, long... values) {
        try (LongPointer p = new LongPointer(values)) {
            set(d, name, CUDNN_TYPE_INT64, values.length, p);
        }
    }

    static void number(cudnnBackendDescriptor_t d, int name, int type, int value) {
        try (IntPointer p = new IntPointer(1).put(value)) {
            set(d, name, type, 1, p);
        }
    }

    static void real(cudnnBackendDescriptor_t d, int name, double value) {
        try (DoublePointer p = new DoublePointer(1).put(value)) {
            set(d, name, CUDNN_TYPE_DOUBLE, 1, p);
        }
    }

    static void flag(cudnnBackendDescriptor_t d, int name) {
        try (BytePointer p = new BytePointer(1).put((byte) 1)) {
            set(d, name, CUDNN_TYPE_BOOLEAN, 1, p);
        }
    }

    static void pointers(cudnnBackendDescriptor_t d, int name, int type, Pointer... values) {
        try (PointerPointer<Pointer> p = new PointerPointer<>(values)) {
            set(d, name, type, values.length, p);
        }
    }

    static cudnnBackendDescriptor_t ready(cudnnBackendDescriptor_t d, String what) {
        check(cudnnBackendFinalize(d), what);
        return d;
    }

    static long number(cudnnBackendDescriptor_t d, int name) {
        try (LongPointer value = new LongPointer(1).put(0);
                LongPointer count = new LongPointer(1).put(0)) {
            check(get(d, name, CUDNN_TYPE_INT64, 1, count, value), "asking for attribute " + name);
            return value.get();
        }
    }

    /** What a descriptor has of an enumeration, at most {@code most} of them. */
    static int[] numbers(cudnnBackendDescriptor_t d, int name, int type, int most) {
        try (IntPointer values = new IntPointer(most);
                LongPointer count = new LongPointer(1).put(0)) {
            check(get(d, name, type, most, count, values), "asking for attribute " + name);
            int[] found = new int[(int) Math.min(most, count.get())];
            values.get(found);
            return found;
        }
    }

    static int get(cudnnBackendDescriptor_t d, int name, int type, long most, LongPointer count, Pointer out) {
        return cudnnBackendGetAttribute(d, name, type, most, count, out);
    }
}
