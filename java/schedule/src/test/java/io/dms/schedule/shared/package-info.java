@NullMarked
package io.dms.schedule.shared;

import org.jspecify.annotations.NullMarked;
