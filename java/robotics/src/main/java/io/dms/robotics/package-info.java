/**
 * What a robotics program uses: open a model, give it a goal, infer, close. Frame sources, pipelines, and the streams
 * that {@code dms run} serves. Threads and clocks live here; decisions are made in {@code io.dms.control}.
 */
@NullMarked
package io.dms.robotics;

import org.jspecify.annotations.NullMarked;
