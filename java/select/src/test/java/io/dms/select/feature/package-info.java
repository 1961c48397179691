@NullMarked
package io.dms.select.feature;

import org.jspecify.annotations.NullMarked;
