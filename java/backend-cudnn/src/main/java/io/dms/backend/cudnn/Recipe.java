package io.dms.backend.cudnn;

/** How a candidate is made again, in this process or another one. */
sealed interface Recipe permits Way, MatmulWay {}
