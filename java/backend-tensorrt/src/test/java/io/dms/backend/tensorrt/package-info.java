@NullMarked
package io.dms.backend.tensorrt;

import org.jspecify.annotations.NullMarked;
