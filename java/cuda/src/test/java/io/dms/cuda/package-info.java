/** Tests of {@link io.dms.cuda}. */
@NullMarked
package io.dms.cuda;

import org.jspecify.annotations.NullMarked;
