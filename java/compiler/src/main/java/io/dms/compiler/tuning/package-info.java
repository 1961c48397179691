/** What tuning a model's levels with gradients asks for and tells, apart from the library that does it. */
@NullMarked
package io.dms.compiler.tuning;

import org.jspecify.annotations.NullMarked;
