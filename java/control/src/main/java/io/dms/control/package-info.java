/**
 * Goals and how they are kept: estimators, controllers, the coordinator of several applications, and a simulator of
 * boards. Reads no clock and starts no thread: time and readings are passed in, and a controller is a step from what is
 * known to a decision.
 */
@NullMarked
package io.dms.control;

import org.jspecify.annotations.NullMarked;
