@NullMarked
package io.dms.select.evaluate;

import org.jspecify.annotations.NullMarked;
