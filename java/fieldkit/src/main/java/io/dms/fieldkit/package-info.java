/** Programs that check and measure the GPU backend on a machine where nothing can be installed. */
@NullMarked
package io.dms.fieldkit;

import org.jspecify.annotations.NullMarked;
