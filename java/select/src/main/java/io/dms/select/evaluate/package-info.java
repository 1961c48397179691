/** Judges selectors on samples that they have not learned from, against what needs no selector. */
@NullMarked
package io.dms.select.evaluate;

import org.jspecify.annotations.NullMarked;
