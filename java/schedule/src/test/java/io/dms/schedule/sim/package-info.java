@NullMarked
package io.dms.schedule.sim;

import org.jspecify.annotations.NullMarked;
