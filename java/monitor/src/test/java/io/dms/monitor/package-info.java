@NullMarked
package io.dms.monitor;

import org.jspecify.annotations.NullMarked;
