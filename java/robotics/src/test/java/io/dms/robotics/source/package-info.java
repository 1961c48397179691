@NullMarked
package io.dms.robotics.source;

import org.jspecify.annotations.NullMarked;
