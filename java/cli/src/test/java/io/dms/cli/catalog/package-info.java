@NullMarked
package io.dms.cli.catalog;

import org.jspecify.annotations.NullMarked;
