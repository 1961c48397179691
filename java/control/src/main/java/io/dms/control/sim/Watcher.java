package io.dms.control.sim;

import io.dms.control.Outcome;
import io.dms.monitor.MonitorEvent;

/** Sees what happens in a simulation, in the order of time. The objects that it is given are reused. */
public interface Watcher {
    /** A frame was served, or its call failed. */
    default void served(int application, Outcome outcome) {}

    /** A frame was not served: its queue was full, it was too late, or its application was paused. */
    default void dropped(int application, long scheduledNanos, long nowNanos) {}

    /**
     * The board as it truly is, at every sample of its sensors.
     *
     * @param celsius temperature of the accelerator
     * @param hertz its clock
     * @param watts mean power since the sample before
     * @param slowdown the disturbances' factor on all frames, 1 without any
     */
    default void board(long nowNanos, double watts, double celsius, long hertz, boolean throttled, double slowdown) {}

    /** The monitor reported something; all controllers were told. */
    default void event(MonitorEvent event) {}

    /** A disturbance began or ended. */
    default void disturbance(Disturbance disturbance, boolean began, long nowNanos) {}
}
