/**
 * Graphs, channel groups, width levels and the scalable model file. Pure Java, no natives; everything here is a value
 * that does not change once it is built, and so may be shared between threads.
 */
@NullMarked
package io.dms.model;

import org.jspecify.annotations.NullMarked;
