@NullMarked
package io.dms.control;

import org.jspecify.annotations.NullMarked;
