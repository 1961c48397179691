/** ONNX files to canonical graphs and back. */
@NullMarked
package io.dms.model.onnx;

import org.jspecify.annotations.NullMarked;
