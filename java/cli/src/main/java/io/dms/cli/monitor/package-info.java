/** What {@code dms monitor} shows: on a terminal, as lines, JSON, CSV and Prometheus text. */
@NullMarked
package io.dms.cli.monitor;

import org.jspecify.annotations.NullMarked;
