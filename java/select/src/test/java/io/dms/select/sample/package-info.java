@NullMarked
package io.dms.select.sample;

import org.jspecify.annotations.NullMarked;
