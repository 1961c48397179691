package io.dms.monitor;

/**
 * Something that changed on the board and that a controller or a person should know before its effects arrive.
 *
 * @param kind what happened
 * @param atNanos when it was seen, on the monitor's clock
 * @param subject the sensor or device that it is about; of {@link Kind#POWER_MODE_CHANGED} the name of the mode that
 *     holds now
 * @param before the value before, in the sensor's unit, NaN where there is none
 * @param after the value now, likewise
 * @param text one sentence for people
 */
public record MonitorEvent(Kind kind, long atNanos, String subject, double before, double after, String text) {
    /** What happened. */
    public enum Kind {
        /** The board began to slow down, for heat or current. */
        THROTTLE_BEGAN,
        /** The board is free again. */
        THROTTLE_ENDED,
        /** The highest clock that is allowed changed, downwards or upwards. */
        CLOCK_CAPPED,
        /** The power mode is another one now. */
        POWER_MODE_CHANGED,
        /** A sensor gave values and gives none any more. */
        SENSOR_LOST,
        /** A lost sensor gives values again. */
        SENSOR_BACK,
        /** The machine slept or the clock jumped: what was measured across it means nothing. */
        TIME_JUMPED
    }
}
