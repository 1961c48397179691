/** What every candidate answered to every sample, how sure it was and how long it took: what selectors learn from. */
@NullMarked
package io.dms.select.sample;

import org.jspecify.annotations.NullMarked;
