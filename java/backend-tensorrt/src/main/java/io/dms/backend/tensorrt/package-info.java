/** Runs scalable models with TensorRT, one engine for each width level. */
@NullMarked
package io.dms.backend.tensorrt;

import org.jspecify.annotations.NullMarked;
