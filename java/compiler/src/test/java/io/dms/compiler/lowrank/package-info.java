@NullMarked
package io.dms.compiler.lowrank;

import org.jspecify.annotations.NullMarked;
