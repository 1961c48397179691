@NullMarked
package io.dms.select.learn;

import org.jspecify.annotations.NullMarked;
