/** Catalogs: every task's variants with what they cost, their file, and what is worth keeping of them. */
@NullMarked
package io.dms.schedule.catalog;

import org.jspecify.annotations.NullMarked;
