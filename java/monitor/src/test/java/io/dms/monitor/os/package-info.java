@NullMarked
package io.dms.monitor.os;

import org.jspecify.annotations.NullMarked;
