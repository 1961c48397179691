/** The {@code dms} command: what a person types and sees. Results go to standard output, everything else to standard error. */
@NullMarked
package io.dms.cli;

import org.jspecify.annotations.NullMarked;
