/** The source {@code os}: what any Linux tells about load, memory, clocks and temperatures, without rights or drivers. */
@NullMarked
package io.dms.monitor.os;

import org.jspecify.annotations.NullMarked;
