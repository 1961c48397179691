/** Approximate model scheduling: which variant of each task serves a request, where, under budgets. */
@NullMarked
package io.dms.schedule;

import org.jspecify.annotations.NullMarked;
