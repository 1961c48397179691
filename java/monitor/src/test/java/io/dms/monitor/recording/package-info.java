@NullMarked
package io.dms.monitor.recording;

import org.jspecify.annotations.NullMarked;
