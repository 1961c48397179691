/** Tests of the field kit's own arithmetic and words, and its steps on the stand-ins for CUDA. */
@NullMarked
package io.dms.fieldkit;

import org.jspecify.annotations.NullMarked;
