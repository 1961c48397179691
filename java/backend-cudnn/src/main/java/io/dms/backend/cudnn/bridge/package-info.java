/** The native bridge as Java sees it: {@link io.dms.backend.cudnn.bridge.Bridge}, and where it comes from. */
@NullMarked
package io.dms.backend.cudnn.bridge;

import org.jspecify.annotations.NullMarked;
