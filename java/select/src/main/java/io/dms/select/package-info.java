/** Which of several models, or which width, is the cheapest that will be right for one input. */
@NullMarked
package io.dms.select;

import org.jspecify.annotations.NullMarked;
