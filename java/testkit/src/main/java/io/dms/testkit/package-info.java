/**
 * What tests of several modules share: the reference backend, the compatibility kit that every backend passes, and
 * seeded generators of networks. Pure Java, slow and obvious.
 */
@NullMarked
package io.dms.testkit;

import org.jspecify.annotations.NullMarked;
