/**
 * The board monitor: what a board's power rails, clocks, load, temperatures and throttling are now, were in the last
 * seconds, and what energy a stretch of time took. Knows nothing of models. Each reading has a unit, a scope and an age;
 * what is not there is absent with a reason, never zero.
 */
@NullMarked
package io.dms.monitor;

import org.jspecify.annotations.NullMarked;
