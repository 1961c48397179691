@NullMarked
package io.dms.select.published;

import org.jspecify.annotations.NullMarked;
