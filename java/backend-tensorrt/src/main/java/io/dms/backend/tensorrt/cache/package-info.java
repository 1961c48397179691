/**
 * Keeps engines that were built: one file for each level, device and version, verified before anybody sees it. TensorRT
 * itself stands behind {@link EngineBuilder}, so that nothing here needs it.
 */
@NullMarked
package io.dms.backend.tensorrt.cache;

import org.jspecify.annotations.NullMarked;
