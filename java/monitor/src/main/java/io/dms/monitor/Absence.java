package io.dms.monitor;

/** Why a sensor has no value now. */
public enum Absence {
    /** Nothing was sampled yet. */
    NOT_YET("not sampled yet"),
    /** The file or device went away. */
    GONE("no longer there"),
    /** Reading it is not permitted. */
    FORBIDDEN("no permission"),
    /** The device has no value just now ({@code EAGAIN}, {@code ENODATA}). */
    BUSY("device busy"),
    /** The device answers with nothing. */
    BLANK("blank"),
    /** The device says that it is switched off, as thermal zones do with -256 °C. */
    OFFLINE("switched off"),
    /** What it says does not read as a number. */
    GARBAGE("not a number"),
    /** A number that this quantity can't have. */
    IMPLAUSIBLE("out of range"),
    /** The read did not end in time. */
    TIMED_OUT("read timed out"),
    /** Two samples are needed and there is only one. */
    ONE_SAMPLE("needs a second sample"),
    /** The device or its driver does not measure this. */
    UNSUPPORTED("not supported by the device"),
    /** The device failed in another way. */
    FAILED("read failed");

    private final String reason;

    Absence(String reason) {
        this.reason = reason;
    }

    /** The reason, for people. */
    public String reason() {
        return reason;
    }
}
