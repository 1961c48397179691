/** Backends behind one interface, execution plans, sessions, latency recording. */
@NullMarked
package io.dms.runtime;

import org.jspecify.annotations.NullMarked;
