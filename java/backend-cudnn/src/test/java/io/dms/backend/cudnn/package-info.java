@NullMarked
package io.dms.backend.cudnn;

import org.jspecify.annotations.NullMarked;
