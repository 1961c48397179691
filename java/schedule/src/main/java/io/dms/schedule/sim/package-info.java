/** Days of requests from a seed, and what a scheduler makes of them; the published experiments, to be compared with. */
@NullMarked
package io.dms.schedule.sim;

import org.jspecify.annotations.NullMarked;
