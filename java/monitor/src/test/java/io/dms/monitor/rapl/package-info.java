@NullMarked
package io.dms.monitor.rapl;

import org.jspecify.annotations.NullMarked;
