/** The Open Inference Protocol, version 2: server and client. */
@NullMarked
package io.dms.serve;

import org.jspecify.annotations.NullMarked;
