/**
 * What a Jetson board tells in its files: power rails, clocks, load, temperatures, throttling, power mode. Devices are
 * found by their names and labels, never by the numbers that a kernel gives out. {@code tegrastats} is the fallback.
 */
@NullMarked
package io.dms.monitor.jetson;

import org.jspecify.annotations.NullMarked;
