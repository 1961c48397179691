@NullMarked
package io.dms.select;

import org.jspecify.annotations.NullMarked;
