@NullMarked
package io.dms.monitor.nvml;

import org.jspecify.annotations.NullMarked;
