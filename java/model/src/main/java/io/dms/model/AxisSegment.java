package io.dms.model;

/**
 * A run of one channel group on an axis.
 *
 * @param group index of the group in {@link ChannelGroups#groups()}
 * @param start first index of the run on the axis
 * @param unit how many consecutive indices one unit of the group takes
 */
public record AxisSegment(int group, int start, int unit) {}
