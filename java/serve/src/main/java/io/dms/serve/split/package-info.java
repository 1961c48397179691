/** Split execution: the first layers here, the rest on a server, features in a narrow form between them. */
@NullMarked
package io.dms.serve.split;

import org.jspecify.annotations.NullMarked;
