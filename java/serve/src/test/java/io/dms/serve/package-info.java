@NullMarked
package io.dms.serve;

import org.jspecify.annotations.NullMarked;
