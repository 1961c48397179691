/**
 * A board that does not exist: a deterministic discrete-event simulation of applications that share an accelerator, each
 * with the same {@link io.dms.control.Controller} that a real stream has, under clocks, heat, power, noisy and late
 * sensors, and disturbances by script. Same scenario and seed, same trace, bit for bit. All figures of the board models
 * are models; none is a measurement.
 */
@NullMarked
package io.dms.control.sim;

import org.jspecify.annotations.NullMarked;
