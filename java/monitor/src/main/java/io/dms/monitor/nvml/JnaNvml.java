package io.dms.monitor.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.dms.model.EnvironmentException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * NVIDIA's library itself, by JNA's direct mapping: numbers go in and out through one block of native memory, so that a
 * call makes no object. Names and layouts are those of {@code nvml.h}, which have stood since driver 418 (2019).
 */
final class JnaNvml implements Nvml {
    /** The driver's library. */
    static final String LIBRARY = "libnvidia-ml.so.1";

    private static final int GRAPHICS_TEMPERATURE = 0;
    private static final int SM_CLOCK = 1;
    private static final int MEMORY_CLOCK = 2;
    private static final int NAME_BYTES = 96;

    private final Memory block = new Memory(128);
    private final long out = Pointer.nativeValue(block);
    private final long[] devices;
    private final String[] names;
    private long answer;

    private JnaNvml() {
        int status = Calls.nvmlInit_v2();
        if (status != 0) {
            throw new EnvironmentException(
                    status == 9
                            ? "the NVIDIA driver is installed but not loaded: nvidia-smi tells more"
                            : "NVIDIA's management library does not start (status " + status + ")");
        }
        int count = Calls.nvmlDeviceGetCount_v2(out) == 0 ? block.getInt(0) : 0;
        devices = new long[count];
        names = new String[count];
        for (int i = 0; i < count; i++) {
            devices[i] = Calls.nvmlDeviceGetHandleByIndex_v2(i, out) == 0 ? block.getLong(0) : 0;
            names[i] = devices[i] != 0 && Calls.nvmlDeviceGetName(devices[i], out, NAME_BYTES) == 0
                    ? block.getString(0, StandardCharsets.UTF_8.name())
                    : "GPU " + i;
        }
    }

    /** Loads and starts the library; {@link EnvironmentException} says why not. One a process. */
    static JnaNvml open(String library) {
        NativeLibrary loaded;
        try {
            loaded = NativeLibrary.getInstance(library, Map.of());
        } catch (UnsatisfiedLinkError e) {
            throw new EnvironmentException("this machine has no NVIDIA driver (" + LIBRARY + " can't be loaded)", e);
        }
        try {
            Native.register(Calls.class, loaded);
        } catch (UnsatisfiedLinkError e) {
            throw new EnvironmentException("the NVIDIA driver is too old: DMS needs 418 (2019) or newer", e);
        }
        return new JnaNvml();
    }

    @Override
    public int gpus() {
        return devices.length;
    }

    @Override
    public String name(int gpu) {
        return names[gpu];
    }

    @Override
    public int ask(int gpu, Question question) {
        long device = devices[gpu];
        if (device == 0) {
            return 6;
        }
        int status = switch (question) {
            case POWER -> Calls.nvmlDeviceGetPowerUsage(device, out);
            case ENERGY -> Calls.nvmlDeviceGetTotalEnergyConsumption(device, out);
            case CLOCK -> Calls.nvmlDeviceGetClockInfo(device, SM_CLOCK, out);
            case MOST_CLOCK -> Calls.nvmlDeviceGetMaxClockInfo(device, SM_CLOCK, out);
            case MEMORY_CLOCK -> Calls.nvmlDeviceGetClockInfo(device, MEMORY_CLOCK, out);
            case TEMPERATURE -> Calls.nvmlDeviceGetTemperature(device, GRAPHICS_TEMPERATURE, out);
            case LOAD -> Calls.nvmlDeviceGetUtilizationRates(device, out);
            case MEMORY -> Calls.nvmlDeviceGetMemoryInfo(device, out);
            case THROTTLE_REASONS -> Calls.nvmlDeviceGetCurrentClocksThrottleReasons(device, out);
        };
        if (status == 0) {
            answer = switch (question) {
                case ENERGY, THROTTLE_REASONS -> block.getLong(0);
                // nvmlMemory_t: total, free, used.
                case MEMORY -> block.getLong(16);
                default -> Integer.toUnsignedLong(block.getInt(0));
            };
        }
        return status;
    }

    @Override
    public long answer() {
        return answer;
    }

    @Override
    public void close() {
        Calls.nvmlShutdown();
    }

    /** The functions; a pointer is a {@code long}, as on every platform of 64 bits. */
    private static final class Calls {
        static native int nvmlInit_v2();

        static native int nvmlShutdown();

        static native int nvmlDeviceGetCount_v2(long count);

        static native int nvmlDeviceGetHandleByIndex_v2(int index, long device);

        static native int nvmlDeviceGetName(long device, long name, int length);

        static native int nvmlDeviceGetPowerUsage(long device, long milliwatts);

        static native int nvmlDeviceGetTotalEnergyConsumption(long device, long millijoules);

        static native int nvmlDeviceGetClockInfo(long device, int type, long megahertz);

        static native int nvmlDeviceGetMaxClockInfo(long device, int type, long megahertz);

        static native int nvmlDeviceGetTemperature(long device, int sensor, long celsius);

        static native int nvmlDeviceGetUtilizationRates(long device, long rates);

        static native int nvmlDeviceGetMemoryInfo(long device, long memory);

        static native int nvmlDeviceGetCurrentClocksThrottleReasons(long device, long reasons);

        private Calls() {}
    }
}
