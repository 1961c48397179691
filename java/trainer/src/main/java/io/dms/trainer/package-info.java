/**
 * Makes the levels of a scalable model accurate on a workstation, with libtorch: gradient importance and nested
 * fine-tuning. Nothing on a board depends on it.
 */
@NullMarked
package io.dms.trainer;

import org.jspecify.annotations.NullMarked;
