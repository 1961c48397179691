@NullMarked
package io.dms.model.onnx;

import org.jspecify.annotations.NullMarked;
