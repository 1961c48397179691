package io.dms.monitor;

/** What a sensor measures, always in the unit given here. */
public enum Quantity {
    /** Watts. */
    POWER("W"),
    /** Joules since some start; only differences mean something. */
    ENERGY("J"),
    /** Volts. */
    VOLTAGE("V"),
    /** Amperes. */
    CURRENT("A"),
    /** Hertz, now. */
    FREQUENCY("Hz"),
    /** Hertz, the cap that holds now. */
    FREQUENCY_CAP("Hz"),
    /** Hertz, the lowest clock that is allowed now. */
    FREQUENCY_FLOOR("Hz"),
    /** Share of time busy, 0 to 1. */
    LOAD("share"),
    /** Degrees Celsius. */
    TEMPERATURE("°C"),
    /** Bytes in use. */
    MEMORY("B"),
    /** Events that slow a board (throttling, over-current) since some start; only differences mean something. */
    COUNT("events"),
    /** A condition: 1 while it holds, 0 while it does not. */
    STATE("0/1"),
    /** 1 while the board slows something down for heat, current or voltage, 0 while it does not. */
    THROTTLE("0/1"),
    /** Revolutions per minute. */
    SPEED("rpm");

    private final String unit;

    Quantity(String unit) {
        this.unit = unit;
    }

    /** The unit, for people. */
    public String unit() {
        return unit;
    }
}
