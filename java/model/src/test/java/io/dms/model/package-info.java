@NullMarked
package io.dms.model;

import org.jspecify.annotations.NullMarked;
