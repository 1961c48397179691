/** Tests with made-up system files. */
@NullMarked
package io.dms.cli.machine;

import org.jspecify.annotations.NullMarked;
