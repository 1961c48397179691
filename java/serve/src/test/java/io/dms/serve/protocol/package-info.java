@NullMarked
package io.dms.serve.protocol;

import org.jspecify.annotations.NullMarked;
