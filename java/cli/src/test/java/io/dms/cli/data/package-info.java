/** Tests of fetching against a server on this machine. */
@NullMarked
package io.dms.cli.data;

import org.jspecify.annotations.NullMarked;
