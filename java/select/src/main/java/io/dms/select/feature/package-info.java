/** Features of an image that a selector reads before any network has run. */
@NullMarked
package io.dms.select.feature;

import org.jspecify.annotations.NullMarked;
