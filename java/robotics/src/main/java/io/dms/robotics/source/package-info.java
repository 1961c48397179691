/**
 * Where frames come from: made-up ones at a rate, folders of images, videos, cameras. A source says when each frame was
 * due, because that is from where its latency counts.
 */
@NullMarked
package io.dms.robotics.source;

import org.jspecify.annotations.NullMarked;
