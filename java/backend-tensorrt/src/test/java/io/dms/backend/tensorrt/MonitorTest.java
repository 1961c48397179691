package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Tables of virtual functions, called as C++ calls them. */
class MonitorTest {
    private static Function function(Pointer object, int slot) {
        return Function.getFunction(object.getPointer(0).getPointer((long) slot * Native.POINTER_SIZE));
    }

    private static Memory text(String s) {
        Memory m = new Memory(64);
        m.setString(0, s, "US-ASCII");
        return m;
    }

    private final List<String> told = new ArrayList<>();

    private Monitor monitor(int most) {
        return new Monitor(new NvInfer.Progress() {
            @Override
            public void start(String phase, int steps) {
                told.add("start " + phase + " " + steps);
            }

            @Override
            public boolean step(String phase, int done) {
                told.add("step " + phase + " " + done);
                return done < most;
            }

            @Override
            public void end(String phase) {
                told.add("end " + phase);
            }
        });
    }

    @Test
    void theLibraryReachesEachFunctionInItsPlace() {
        Monitor m = monitor(1);
        Pointer self = new Pointer(m.address());
        assertThat(function(self, 0).invokeInt(new Object[] {self})).as("C++").isZero();
        Monitor.Info info = (Monitor.Info) function(self, 1).invoke(Monitor.Info.class, new Object[] {self});
        assertThat(Objects.requireNonNull(info.kind).getString(0)).isEqualTo("IProgressMonitor");
        assertThat(info.major).isEqualTo(1);
        assertThat(info.minor).isZero();
        function(self, 4).invokeVoid(new Object[] {self, text("Timing"), Pointer.NULL, 7});
        int goOn = function(self, 5).invokeInt(new Object[] {self, text("Timing"), 0});
        int stop = function(self, 5).invokeInt(new Object[] {self, text("Timing"), 1});
        function(self, 6).invokeVoid(new Object[] {self, text("Timing")});
        // A C++ bool is the lowest byte of what comes back.
        assertThat(goOn & 0xff).isEqualTo(1);
        assertThat(stop & 0xff).isZero();
        assertThat(told).containsExactly("start Timing 7", "step Timing 0", "step Timing 1", "end Timing");
        function(self, 2).invokeVoid(new Object[] {self});
        function(self, 3).invokeVoid(new Object[] {self});
    }

    @Test
    void aListenerThatFailsEndsTheBuildAndNotTheProcess() {
        Monitor m = new Monitor(new NvInfer.Progress() {
            @Override
            public void start(String phase, int steps) {
                throw new IllegalStateException("start");
            }

            @Override
            public boolean step(String phase, int done) {
                throw new IllegalStateException("step");
            }

            @Override
            public void end(String phase) {
                throw new IllegalStateException("end");
            }
        });
        Pointer self = new Pointer(m.address());
        function(self, 4).invokeVoid(new Object[] {self, Pointer.NULL, Pointer.NULL, 1});
        assertThat(function(self, 5).invokeInt(new Object[] {self, Pointer.NULL, 0}) & 0xff)
                .isZero();
        function(self, 6).invokeVoid(new Object[] {self, Pointer.NULL});
    }

    /** A destructor that notes its object. */
    interface Destructor extends Callback {
        /** Called with the object. */
        void callback(Pointer self);
    }

    @Test
    void deletingCallsTheDestructorThatAlsoFrees() {
        List<String> called = new ArrayList<>();
        Destructor complete = self -> called.add("complete");
        Destructor deleting = self -> called.add("deleting " + Pointer.nativeValue(self));
        Destructor other = self -> called.add("another function");
        int before = PresetNvInfer10.BEFORE_PARSERS;
        Memory table = new Memory((before + 3L) * Native.POINTER_SIZE);
        for (int i = 0; i < before + 3; i++) {
            Destructor d = i == 0 || i == before ? complete : i == 1 || i == before + 1 ? deleting : other;
            table.setPointer((long) i * Native.POINTER_SIZE, CallbackReference.getFunctionPointer(d));
        }
        Memory object = new Memory(Native.POINTER_SIZE);
        object.setPointer(0, table);
        String freed = "deleting " + Pointer.nativeValue(object);
        Vtable.delete(Pointer.nativeValue(object), 0);
        Vtable.delete(Pointer.nativeValue(object), before);
        assertThat(called).containsExactly(freed, freed);
    }
}
