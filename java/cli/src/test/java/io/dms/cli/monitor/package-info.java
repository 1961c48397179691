@NullMarked
package io.dms.cli.monitor;

import org.jspecify.annotations.NullMarked;
