/** Selection by calibrated confidence: the cheapest candidate first, wider ones where it is in doubt. */
@NullMarked
package io.dms.select.nested;

import org.jspecify.annotations.NullMarked;
