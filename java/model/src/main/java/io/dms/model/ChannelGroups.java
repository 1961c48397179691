package io.dms.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The channel groups of a graph: for every tensor axis that carries channels, which group lies where. Immutable.
 *
 * <p>Segments lie on an axis from left to right without overlap, each one a whole free group (its {@code size} units of
 * {@code unit} consecutive indices). What no segment covers is kept whole: axes that are not listed, and the channels
 * of frozen groups, which have no segments. Found by {@link GroupAnalysis}.
 */
public final class ChannelGroups {
    private final List<ChannelGroup> groups;
    private final Map<String, Map<Integer, List<AxisSegment>>> axes;

    /**
     * @param groups all groups, frozen ones too
     * @param axes segments by tensor name and axis
     */
    public ChannelGroups(List<ChannelGroup> groups, Map<String, Map<Integer, List<AxisSegment>>> axes) {
        this.groups = List.copyOf(groups);
        this.axes = Collections.unmodifiableMap(new LinkedHashMap<>(axes));
    }

    /** No groups at all: every axis is kept whole. */
    public static ChannelGroups none() {
        return new ChannelGroups(List.of(), Map.of());
    }

    /** All groups, frozen ones too; a group's index is its place here. */
    public List<ChannelGroup> groups() {
        return groups;
    }

    /** Segments by tensor name and axis, activations and initializers. */
    public Map<String, Map<Integer, List<AxisSegment>>> axes() {
        return axes;
    }

    /** The segments of one axis, empty where it is kept whole. */
    public List<AxisSegment> segments(String tensor, int axis) {
        return axes.getOrDefault(tensor, Map.of()).getOrDefault(axis, List.of());
    }

    /**
     * What a level keeps of one axis.
     *
     * @param size size of the axis at full width
     * @param counts units kept of each group
     */
    public AxisCut cut(String tensor, int axis, int size, int[] counts) {
        List<AxisSegment> segments = segments(tensor, axis);
        if (segments.isEmpty()) {
            return AxisCut.whole(size);
        }
        AxisCut.Builder cut = new AxisCut.Builder(size);
        int done = 0;
        for (AxisSegment s : segments) {
            cut.keep(done, s.start() - done);
            cut.keep(s.start(), counts[s.group()] * s.unit());
            done = s.start() + groups.get(s.group()).size() * s.unit();
        }
        cut.keep(done, size - done);
        return cut.build();
    }
}
