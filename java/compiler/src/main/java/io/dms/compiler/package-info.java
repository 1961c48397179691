/**
 * From a trained network to a scalable model: importance, order, levels, calibration, accuracy. Runs the network only
 * through {@link io.dms.runtime.Backend}.
 */
@NullMarked
package io.dms.compiler;

import org.jspecify.annotations.NullMarked;
