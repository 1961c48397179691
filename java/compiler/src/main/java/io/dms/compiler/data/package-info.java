/** Image data sets on disk, labelled or not, as RGB bytes and as normalised network input. */
@NullMarked
package io.dms.compiler.data;

import org.jspecify.annotations.NullMarked;
