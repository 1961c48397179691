/** What this machine is and has, read from the files of the operating system. Nothing here loads a native library. */
@NullMarked
package io.dms.cli.machine;

import org.jspecify.annotations.NullMarked;
