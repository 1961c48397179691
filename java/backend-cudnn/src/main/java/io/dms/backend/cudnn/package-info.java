/** Runs scalable models on NVIDIA GPUs with cuDNN, whose descriptors are bound to other filter counts at each call. */
@NullMarked
package io.dms.backend.cudnn;

import org.jspecify.annotations.NullMarked;
