/** Small heads for the few classes that a stream shows now, and the rule that enters and leaves them. */
@NullMarked
package io.dms.schedule.special;

import org.jspecify.annotations.NullMarked;
