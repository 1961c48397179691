/**
 * Changes what a board may do: caps the clocks of GPU and CPU, chooses the power mode. Only behind an explicit switch,
 * only to values that the board offers, and everything goes back: on closing, at the end of the process, and after a
 * crash from a state file.
 */
@NullMarked
package io.dms.monitor.actuate;

import org.jspecify.annotations.NullMarked;
