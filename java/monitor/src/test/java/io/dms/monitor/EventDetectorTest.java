package io.dms.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.monitor.MonitorEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventDetectorTest {
    private static final PowerMode WIDE = new PowerMode(0, "MAXN");
    private static final PowerMode NARROW = new PowerMode(2, "15W");
    private static final int CAP = 0;
    private static final int COUNT = 1;
    private static final int STATE = 2;

    private final List<MonitorEvent> events = new ArrayList<>();
    private final EventDetector detector = new EventDetector(
            "board",
            List.of(
                    new Sensor("gpu.cap", Quantity.FREQUENCY_CAP, Scope.GPU, 0, "a file"),
                    new Sensor("oc1", Quantity.COUNT, Scope.MODULE, 0, "a file"),
                    new Sensor("hot", Quantity.THROTTLE, Scope.BOARD, 0, "a file")),
            events::add);

    private List<Kind> kinds() {
        List<Kind> kinds = events.stream().map(MonitorEvent::kind).toList();
        events.clear();
        return kinds;
    }

    private void cap(double hertz) {
        detector.see(CAP, hertz, null, 0);
    }

    @Test
    void aModeThatCanNotBeReadWhileItChangesIsAChangeAllTheSame() {
        detector.see(WIDE, 1);
        cap(1300e6);
        detector.see((PowerMode) null, 2);
        detector.see(NARROW, 3);
        cap(600e6);
        assertThat(kinds()).containsExactly(Kind.POWER_MODE_CHANGED, Kind.CLOCK_CAPPED);
        assertThat(detector.throttled()).as("a mode's own cap").isFalse();
        detector.see((PowerMode) null, 4);
        detector.see(NARROW, 5);
        assertThat(kinds()).isEmpty();
    }

    @Test
    void aModeThatChangesEndsTheThrottlingByTheCapsOfTheOneBefore() {
        detector.see(WIDE, 1);
        cap(1300e6);
        cap(900e6);
        assertThat(detector.throttled()).isTrue();
        assertThat(kinds()).containsExactly(Kind.CLOCK_CAPPED, Kind.THROTTLE_BEGAN);
        detector.see(NARROW, 2);
        assertThat(detector.throttled()).isFalse();
        assertThat(kinds()).containsExactly(Kind.THROTTLE_ENDED, Kind.POWER_MODE_CHANGED);
        cap(900e6);
        assertThat(detector.throttled()).isFalse();
    }

    @Test
    void aCapThatWasAnnouncedIsNoThrottlingAndALowerOneIs() {
        cap(1300e6);
        detector.expectCap(Scope.CPU, 100e6);
        cap(900e6);
        assertThat(detector.throttled()).as("announced for another part").isTrue();
        detector.expectCap(Scope.GPU, 900e6);
        cap(900e6);
        assertThat(detector.throttled()).isFalse();
        cap(899.5e6);
        assertThat(detector.throttled()).as("within a thousandth").isFalse();
        cap(898e6);
        assertThat(detector.throttled()).isTrue();
        cap(1000e6);
        cap(950e6);
        assertThat(detector.throttled()).as("below what is allowed since").isTrue();
    }

    @Test
    void aCountedEventHoldsForASecond() {
        detector.see(COUNT, 7, null, 0);
        assertThat(detector.throttled()).as("what was counted before").isFalse();
        detector.see(COUNT, 9, null, 10);
        assertThat(events.get(0).text()).contains("counted 2");
        detector.see(COUNT, 9, null, 10 + EventDetector.COUNT_HOLDS_NANOS);
        assertThat(detector.throttled()).isTrue();
        detector.see(COUNT, 9, null, 11 + EventDetector.COUNT_HOLDS_NANOS);
        assertThat(detector.throttled()).isFalse();
        assertThat(kinds()).containsExactly(Kind.THROTTLE_BEGAN, Kind.THROTTLE_ENDED);
    }

    @Test
    void throttlingEndsWithTheLastThatSlows() {
        detector.see(COUNT, 0, null, 0);
        detector.see(COUNT, 1, null, 0);
        detector.see(STATE, 1, null, 0);
        detector.see(STATE, 1, null, 0);
        detector.see(COUNT, 1, null, 2 * EventDetector.COUNT_HOLDS_NANOS);
        assertThat(detector.throttled()).isTrue();
        detector.see(STATE, 0, null, 0);
        assertThat(detector.throttled()).isFalse();
    }

    @Test
    void aSensorIsLostAfterThreeGapsAndComesBackOnce() {
        detector.see(STATE, Double.NaN, Absence.FAILED, 0);
        detector.see(STATE, Double.NaN, Absence.FAILED, 0);
        detector.see(STATE, Double.NaN, Absence.FAILED, 0);
        detector.see(STATE, 1, null, 0);
        assertThat(kinds()).as("it never gave a value before").containsExactly(Kind.THROTTLE_BEGAN);
        detector.see(STATE, Double.NaN, Absence.FAILED, 0);
        detector.see(STATE, Double.NaN, Absence.FAILED, 0);
        detector.see(STATE, 1, null, 0);
        assertThat(kinds()).as("two gaps").isEmpty();
        for (int i = 0; i < 5; i++) {
            detector.see(STATE, Double.NaN, Absence.FAILED, 0);
        }
        assertThat(kinds()).containsExactly(Kind.SENSOR_LOST, Kind.THROTTLE_ENDED);
        detector.see(STATE, 0, null, 0);
        detector.see(STATE, 0, null, 0);
        assertThat(kinds()).containsExactly(Kind.SENSOR_BACK);
    }
}
