/** Tasks that share a trunk: it runs once per frame, their heads read its features. */
@NullMarked
package io.dms.schedule.shared;

import org.jspecify.annotations.NullMarked;
