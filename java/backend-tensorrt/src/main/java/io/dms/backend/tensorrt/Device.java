package io.dms.backend.tensorrt;

import io.dms.cuda.DeviceException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What one session or one builder has of a machine: a device with its stream, the library, and how it wants to be used.
 * Closes what it owns once.
 *
 * @param cuda owned
 * @param nv the library, which keeps nothing for anybody
 */
record Device(Cuda cuda, NvInfer nv, Generation generation) implements AutoCloseable {
    /** Words of TensorRT 8.0 to 10.15 about plans of other versions and devices. */
    private static final Pattern FOREIGN =
            Pattern.compile("(?i)tag does not match|serialization|rebuild|(in|not )compatible");

    static Device of(Cuda cuda, NvInfer nv) {
        return new Device(cuda, nv, Generation.of(nv));
    }

    /** What the library said last, or that it said nothing. */
    String said() {
        String error = nv.takeError();
        if (error == null || error.isEmpty()) {
            return "TensorRT does not say why";
        }
        // It looks for that one by name while it builds, where a folder that only Java was told of does not help.
        return error.contains("nvinfer_builder_resource")
                ? error + " (name TensorRT's folder in LD_LIBRARY_PATH before the start)"
                : error;
    }

    /** A failure of the library: of the device where that is lost, of memory where the library's words say so. */
    DeviceException failure(String what) {
        String said = said();
        try {
            // Any call asks: a lost device answers it with what it was lost by.
            cuda.freeBytes();
        } catch (DeviceException e) {
            if (e.kind() == DeviceException.Kind.LOST) {
                return new DeviceException(DeviceException.Kind.LOST, what + ": " + said + ": " + e.getMessage());
            }
        }
        return new DeviceException(
                isMemory(said) ? DeviceException.Kind.OUT_OF_MEMORY : DeviceException.Kind.OTHER, what + ": " + said);
    }

    /** A refusal of a plan: unsupported where the library's words say that another library or device made it. */
    DeviceException refusal(String what) {
        DeviceException e = failure(what);
        boolean foreign = e.kind() == DeviceException.Kind.OTHER
                && FOREIGN.matcher(String.valueOf(e.getMessage())).find();
        return foreign ? new DeviceException(DeviceException.Kind.UNSUPPORTED, String.valueOf(e.getMessage())) : e;
    }

    private static boolean isMemory(String said) {
        String s = said.toLowerCase(Locale.ROOT);
        return s.contains("out of memory")
                || s.contains("outofmemory")
                || s.contains("out_of_memory")
                || s.contains("cudaerrormemoryallocation")
                || s.contains("insufficient memory")
                || s.contains("bad_alloc");
    }

    @Override
    public void close() {
        cuda.close();
    }
}
