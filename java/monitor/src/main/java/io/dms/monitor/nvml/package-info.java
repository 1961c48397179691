/**
 * The source {@code nvml}: what NVIDIA's driver tells about GPUs in PCs and servers. Bound through JNA when the driver's
 * library is there; the only place of the monitor that loads a native library.
 */
@NullMarked
package io.dms.monitor.nvml;

import org.jspecify.annotations.NullMarked;
