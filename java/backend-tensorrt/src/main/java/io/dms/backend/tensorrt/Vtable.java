package io.dms.backend.tensorrt;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * Virtual functions of C++ objects, by the Itanium C++ ABI (section 2.5: an object begins with the address of its table,
 * a virtual destructor has two entries, of which the second also frees), which all compilers on Linux keep. For what the
 * presets leave out. Not for a call's path.
 */
final class Vtable {
    private Vtable() {}

    /**
     * {@code delete object}.
     *
     * @param before virtual functions that its class declares before the destructor
     */
    static void delete(long object, int before) {
        Pointer table = new Pointer(object).getPointer(0);
        Pointer destructor = table.getPointer((before + 1L) * Native.POINTER_SIZE);
        Function.getFunction(destructor).invokeVoid(new Object[] {new Pointer(object)});
    }
}
