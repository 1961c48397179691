@NullMarked
package io.dms.monitor.actuate;

import org.jspecify.annotations.NullMarked;
