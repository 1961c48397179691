@NullMarked
package io.dms.select.methods;

import org.jspecify.annotations.NullMarked;
