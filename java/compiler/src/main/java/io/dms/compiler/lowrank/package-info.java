/** Networks whose large weights are products of two small ones. */
@NullMarked
package io.dms.compiler.lowrank;

import org.jspecify.annotations.NullMarked;
