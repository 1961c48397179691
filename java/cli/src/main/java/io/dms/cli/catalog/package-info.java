/** Making, measuring, showing and serving a catalog of variants. */
@NullMarked
package io.dms.cli.catalog;

import org.jspecify.annotations.NullMarked;
