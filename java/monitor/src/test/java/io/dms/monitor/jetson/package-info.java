@NullMarked
package io.dms.monitor.jetson;

import org.jspecify.annotations.NullMarked;
