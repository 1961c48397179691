/**
 * Recordings of a monitor: a folder with what there was to measure ({@code recording.json}) and what was measured
 * ({@code samples.jsonl}), and the source that replays one.
 */
@NullMarked
package io.dms.monitor.recording;

import org.jspecify.annotations.NullMarked;
