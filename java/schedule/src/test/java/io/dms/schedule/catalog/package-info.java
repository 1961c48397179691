@NullMarked
package io.dms.schedule.catalog;

import org.jspecify.annotations.NullMarked;
