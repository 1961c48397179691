/** Measures what each width level costs: latency, switches, allocation, next to other models and other engines. */
@NullMarked
package io.dms.cli.bench;

import org.jspecify.annotations.NullMarked;
