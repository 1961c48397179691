/** The source {@code rapl}: the energy counters of PC processors, as Linux shows them below {@code /sys/class/powercap}. */
@NullMarked
package io.dms.monitor.rapl;

import org.jspecify.annotations.NullMarked;
