/** Tests of the engine cache. */
@NullMarked
package io.dms.backend.tensorrt.cache;

import org.jspecify.annotations.NullMarked;
