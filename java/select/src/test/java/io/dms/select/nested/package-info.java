@NullMarked
package io.dms.select.nested;

import org.jspecify.annotations.NullMarked;
