@NullMarked
package io.dms.robotics;

import org.jspecify.annotations.NullMarked;
