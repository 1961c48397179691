/** Tests of the data sets. */
@NullMarked
package io.dms.compiler.data;

import org.jspecify.annotations.NullMarked;
