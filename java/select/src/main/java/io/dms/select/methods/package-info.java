/** The methods to learn a selector, by name. */
@NullMarked
package io.dms.select.methods;

import org.jspecify.annotations.NullMarked;
