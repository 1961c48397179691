/** The published selector: filtered features, greedily chosen models, a cascade of binary classifiers. */
@NullMarked
package io.dms.select.published;

import org.jspecify.annotations.NullMarked;
