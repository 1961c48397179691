@NullMarked
package io.dms.control.sim;

import org.jspecify.annotations.NullMarked;
