/** Tests of the compiler. */
@NullMarked
package io.dms.compiler;

import org.jspecify.annotations.NullMarked;
