/** Fetches public data sets by their official addresses and checks what arrives. */
@NullMarked
package io.dms.cli.data;

import org.jspecify.annotations.NullMarked;
