/** The CPU backend: oneDNN through the JavaCPP preset. */
@NullMarked
package io.dms.backend.cpu;

import org.jspecify.annotations.NullMarked;
