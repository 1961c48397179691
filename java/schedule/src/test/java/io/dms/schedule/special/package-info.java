@NullMarked
package io.dms.schedule.special;

import org.jspecify.annotations.NullMarked;
