package io.dms.robotics;

import io.dms.model.Profile;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;

/** The levels of a model in the order of a profile. */
final class Levels {
    private Levels() {}

    /**
     * The level of each row of the profile.
     *
     * @throws UserException if the profile has a level that the model has not
     */
    static WidthLevel[] of(ScalableModel model, Profile profile) {
        WidthLevel[] out = new WidthLevel[profile.levels().size()];
        for (int i = 0; i < out.length; i++) {
            Profile.Level row = profile.levels().get(i);
            out[i] = model.levels().stream()
                    .filter(l -> l.name().equals(row.name()))
                    .findFirst()
                    .orElseGet(() -> made(model, row));
        }
        return out;
    }

    private static WidthLevel made(ScalableModel model, Profile.Level row) {
        boolean free = model.groups().groups().stream().anyMatch(g -> !g.frozen());
        if (!free || !(row.width() > 0 && row.width() <= 1)) {
            throw new UserException("the profile has a level " + row.name() + " that model " + model.name()
                    + " has not: measure it anew with \"dms profile\"");
        }
        return model.level(row.width());
    }
}
