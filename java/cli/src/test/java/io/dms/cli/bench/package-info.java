/** Tests of the measuring itself, on small generated networks and the reference backend. */
@NullMarked
package io.dms.cli.bench;

import org.jspecify.annotations.NullMarked;
