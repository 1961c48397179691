/** What both GPU backends stand on: a device of CUDA's runtime, its memory, its errors, and why there is none. */
@NullMarked
package io.dms.cuda;

import org.jspecify.annotations.NullMarked;
