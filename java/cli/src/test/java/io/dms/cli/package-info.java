/** Tests of the command line through its real entry, in process. */
@NullMarked
package io.dms.cli;

import org.jspecify.annotations.NullMarked;
