package io.dms.trainer;

import io.dms.model.ChannelGroup;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Levels of random counts, drawn anew for each step of a training after which any level may be asked for: what a search
 * compares must have been trained as much as what it is compared with (Yu and Huang 2019, "AutoSlim", section 3.2).
 *
 * <p>In place of each level between the full and the narrowest one stands a level whose width lies between its
 * neighbours'; each group's count strays from that width by up to {@value #STRAY} of the group's size, to either side.
 * A draw depends on the seed and the step's number alone, so that a training can go on anywhere.
 */
final class DrawnLevels {
    private static final double STRAY = 0.3;

    private final ScalableModel model;
    private final long seed;

    /** @param model what is drawn lies between its full and its narrowest level */
    DrawnLevels(ScalableModel model, long seed) {
        this.model = model;
        this.seed = seed;
    }

    /**
     * The level that a step trains in the place of the model's.
     *
     * @param level index of the model's level; the first and the last one are what they are
     * @param step of the whole training
     */
    WidthLevel at(int level, long step) {
        List<WidthLevel> levels = model.levels();
        WidthLevel of = levels.get(level);
        if (level == 0 || level == levels.size() - 1) {
            return of;
        }
        SplittableRandom random = new SplittableRandom((seed * 1_000_003 + step) * levels.size() + level);
        double from = levels.get(level + 1).width();
        double width = from + (levels.get(level - 1).width() - from) * random.nextDouble();
        int[] least = levels.get(levels.size() - 1).counts();
        int[] counts = new int[least.length];
        for (int g = 0; g < counts.length; g++) {
            ChannelGroup group = model.groups().groups().get(g);
            double share = width + STRAY * (2 * random.nextDouble() - 1);
            int multiple = WidthLevels.step(group, WidthLevels.ROUND_TO);
            int count = (int) Math.floor(share * group.size() / multiple + 0.5) * multiple;
            counts[g] = group.frozen() ? group.size() : Math.max(least[g], Math.min(group.size(), count));
        }
        return new WidthLevel(of.name(), of.width(), counts, Map.of());
    }
}
