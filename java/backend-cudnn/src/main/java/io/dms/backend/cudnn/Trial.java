package io.dms.backend.cudnn;

import io.dms.cuda.DeviceMemory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One layer's own memory in the arena as the place where two ways to compute it are compared: seeded random operands, a
 * result that is poisoned before each run, and a look at the whole buffer afterwards, so that what is written beside the
 * result shows as well. Nothing of a session may live in the arena meanwhile. Owns host memory.
 */
final class Trial implements AutoCloseable {
    private static final long SEED = 1;
    /** Each byte of a number that is none, single precision or half. */
    private static final int NO_NUMBER = 0xff;

    private final Device device;
    private final View y;
    private final List<View> scratch;
    private final DeviceMemory before;
    private final DeviceMemory after;
    private final ByteBuffer poisoned;
    private final ByteBuffer got;
    private float[] want = {};

    /**
     * Fills the operands.
     *
     * @param z what is added, or null
     * @param scratch copies that some ways make; poisoned as the result is
     */
    Trial(Device device, View x, @Nullable View z, View y, List<View> scratch) {
        this.device = device;
        this.y = y;
        this.scratch = scratch;
        long largest = Math.max(y.buf().bytes, Math.max(x.buf().bytes, z == null ? 0 : z.buf().bytes));
        before = DeviceMemory.host(device.gpu, largest);
        try {
            after = DeviceMemory.host(device.gpu, y.buf().bytes);
        } catch (RuntimeException | Error e) {
            before.close();
            throw e;
        }
        poisoned = device.gpu.hostBuffer(before.address(), before.bytes());
        got = device.gpu.hostBuffer(after.address(), after.bytes());
        SplittableRandom random = new SplittableRandom(SEED);
        upload(x, random);
        if (z != null && z.buf() != x.buf()) {
            upload(z, random);
        }
        fill(y, random);
        poison();
    }

    private void upload(View v, SplittableRandom random) {
        fill(v, random);
        device.gpu.copyToDevice(v.buf().address, before.address(), v.buf().bytes);
        device.gpu.synchronize();
    }

    private void fill(View v, SplittableRandom random) {
        int n = (int) (v.buf().bytes / v.elementBytes());
        for (int i = 0; i < n; i++) {
            put(v.half(), i, (random.nextInt() >> 8) * 0x1p-22f);
        }
    }

    private void put(boolean half, int i, float value) {
        if (half) {
            poisoned.putShort(2 * i, Half.of(value));
        } else {
            poisoned.putFloat(4 * i, value);
        }
    }

    /** No number wherever a result is due. */
    private void poison() {
        int first = (int) (y.offset() / y.elementBytes());
        for (int n = 0; n < y.n(); n++) {
            for (int c = 0; c < y.c(); c++) {
                for (int h = 0; h < y.h(); h++) {
                    for (int w = 0; w < y.w(); w++) {
                        put(
                                y.half(),
                                first + n * y.strideN() + c * y.strideC() + h * y.strideH() + w * y.strideW(),
                                Float.NaN);
                    }
                }
            }
        }
    }

    private void run(Runnable work) {
        device.gpu.copyToDevice(y.buf().address, before.address(), y.buf().bytes);
        for (View v : scratch) {
            device.gpu.fill(v.buf().address, NO_NUMBER, v.buf().bytes);
        }
        work.run();
        device.gpu.copyToHost(after.address(), y.buf().address, y.buf().bytes);
        device.gpu.synchronize();
    }

    private float at(int i) {
        return y.half() ? Half.toFloat(got.getShort(2 * i)) : got.getFloat(4 * i);
    }

    /**
     * Runs what others are held to.
     *
     * @return false where nothing can be held to it: it is zero everywhere, or no number somewhere
     */
    boolean reference(Runnable work) {
        run(work);
        want = new float[(int) (y.buf().bytes / y.elementBytes())];
        double largest = 0;
        for (int i = 0; i < want.length; i++) {
            want[i] = at(i);
            largest = Math.max(largest, Math.abs((double) want[i]));
        }
        return largest > 0 && largest < Double.POSITIVE_INFINITY;
    }

    /** Runs another way: the largest difference over the largest value; NaN where something is no number. */
    double error(Runnable work) {
        run(work);
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < want.length; i++) {
            double d = Math.abs((double) at(i) - want[i]);
            if (Double.isNaN(d)) {
                return d;
            }
            worst = Math.max(worst, d);
            largest = Math.max(largest, Math.abs((double) want[i]));
        }
        return worst / largest;
    }

    @Override
    public void close() {
        after.close();
        before.close();
    }
}
