/** The reference backend against ONNX Runtime, the kit against the reference, properties of levels. */
@NullMarked
package io.dms.testkit;

import org.jspecify.annotations.NullMarked;
