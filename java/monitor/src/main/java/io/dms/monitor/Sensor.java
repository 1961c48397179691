package io.dms.monitor;

/**
 * One thing that a source measures.
 *
 * @param name unique within its source, as the board labels it: {@code VDD_IN}, {@code GPU-therm}, {@code cpu0}
 * @param quantity what it measures, and so its unit
 * @param scope what part of the machine it is about
 * @param intervalNanos how often the device makes a new value, 0 where it does not say; reading faster repeats values
 * @param origin where it is read, for people: a path, a library, a field of a line
 */
public record Sensor(String name, Quantity quantity, Scope scope, long intervalNanos, String origin) {}
