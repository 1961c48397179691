@NullMarked
package io.dms.serve.client;

import org.jspecify.annotations.NullMarked;
