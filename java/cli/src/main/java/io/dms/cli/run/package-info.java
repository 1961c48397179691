/** What {@code dms run} does: passes over streams, disturbances, figures. */
@NullMarked
package io.dms.cli.run;

import org.jspecify.annotations.NullMarked;
