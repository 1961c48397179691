package io.dms.model;

import java.util.List;
import java.util.Map;

/** Rules that turn a width into unit counts. */
public final class WidthLevels {
    /** Channel counts are multiples of this. */
    public static final int ROUND_TO = 8;

    /** From this many channels on, counts are multiples of twice {@link #ROUND_TO}. */
    public static final int LARGE_GROUP = 128;

    private WidthLevels() {}

    /**
     * A level that keeps the same share of every free group: the nearest multiple of 8 channels (16 in groups of
     * {@value #LARGE_GROUP} and more), at least 8, at most all; width 1 keeps all. Counts never fall as the width grows, so uniform levels
     * are nested.
     *
     * @throws UserException if the width is not in (0, 1]
     */
    public static WidthLevel uniform(ChannelGroups groups, double width) {
        return uniform(groups, width, ROUND_TO);
    }

    /**
     * As {@link #uniform(ChannelGroups, double)} with another rounding.
     *
     * @param roundTo channel counts are multiples of this, of 16 at least in groups of {@value #LARGE_GROUP} and more
     * @throws UserException if the width is not in (0, 1]
     */
    public static WidthLevel uniform(ChannelGroups groups, double width, int roundTo) {
        if (!(width > 0 && width <= 1)) {
            throw new UserException("width must be above 0 and at most 1: " + width);
        }
        int[] counts = groups.groups().stream()
                .mapToInt(g -> g.frozen() ? g.size() : round(g, width, roundTo))
                .toArray();
        return new WidthLevel(WidthLevel.nameOf(width), width, counts, Map.of());
    }

    /**
     * The step of a group's unit counts, which is the least count, too: {@code roundTo} channels, 16 at least in groups
     * of {@value #LARGE_GROUP} channels and more.
     */
    public static int step(ChannelGroup group, int roundTo) {
        long channels = (long) group.size() * group.channelsPerUnit();
        int multiple = channels >= LARGE_GROUP ? Math.max(2 * ROUND_TO, roundTo) : roundTo;
        return Math.max(1, (multiple + group.channelsPerUnit() - 1) / group.channelsPerUnit());
    }

    private static int round(ChannelGroup group, double width, int roundTo) {
        if (width == 1) {
            return group.size();
        }
        int step = step(group, roundTo);
        long nearest = (long) Math.floor(group.size() * width / step + 0.5) * step;
        return (int) Math.min(group.size(), Math.max(step, nearest));
    }

    /**
     * Checks that levels go from wide to narrow, the first one whole, each inside the one before.
     *
     * @throws ModelException naming the first that does not
     */
    public static void checkNested(ChannelGroups groups, List<WidthLevel> levels) {
        if (levels.isEmpty()) {
            throw new ModelException("a scalable model needs at least one width level");
        }
        for (int l = 0; l < levels.size(); l++) {
            int[] counts = levels.get(l).counts();
            if (counts.length != groups.groups().size()) {
                throw new ModelException("level " + levels.get(l).name() + " has " + counts.length
                        + " channel counts for " + groups.groups().size() + " groups");
            }
            for (int g = 0; g < counts.length; g++) {
                ChannelGroup group = groups.groups().get(g);
                int most = l == 0 ? group.size() : levels.get(l - 1).count(g);
                int least = l == 0 || group.frozen() ? group.size() : 1;
                if (counts[g] > most || counts[g] < least) {
                    throw new ModelException("level " + levels.get(l).name() + " keeps " + counts[g] + " of group "
                            + group.name() + ", allowed are " + least + " to " + most
                            + " (levels are nested, the first is whole)");
                }
            }
        }
    }
}
