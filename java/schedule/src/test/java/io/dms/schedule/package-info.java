@NullMarked
package io.dms.schedule;

import org.jspecify.annotations.NullMarked;
