/** Reading the JSON of selectors so that a damaged or foreign file is refused with the field that is wrong. */
@NullMarked
package io.dms.select.json;

import org.jspecify.annotations.NullMarked;
