package io.dms.robotics;

import io.dms.control.Controller;
import io.dms.control.Goal;
import io.dms.control.Moment;
import io.dms.control.Outcome;
import io.dms.model.Profile;
import io.dms.model.UserException;
import io.dms.monitor.MonitorEvent;
import java.util.Locale;

/** Controllers by the names of the command line. */
public final class Controllers {
    /** The names, for people. */
    public static final String NAMES = "predictive, feedback, step, fixed, fixed:WIDTH";

    private Controllers() {}

    private record Fixed(int level) implements Controller {
        @Override
        public String name() {
            return "fixed";
        }

        @Override
        public int choose(Moment moment) {
            return level;
        }

        @Override
        public void observe(Outcome outcome) {}

        @Override
        public boolean goal(Goal goal) {
            return true;
        }

        @Override
        public void on(MonitorEvent event) {}
    }

    private static int width(Profile profile, String[] words) {
        if (words.length == 1) {
            return 0;
        }
        for (int l = 0; l < profile.levels().size(); l++) {
            Profile.Level level = profile.levels().get(l);
            if (level.name().equals(words[1]) || Double.toString(level.width()).equals(words[1])) {
                return l;
            }
        }
        throw new UserException("the model has no level of width " + words[1] + "; it has: "
                + String.join(
                        ", ", profile.levels().stream().map(Profile.Level::name).toList()));
    }

    /**
     * The factory of this name.
     *
     * @throws UserException if there is none
     */
    public static ControllerFactory find(String name) {
        String[] words = name.toLowerCase(Locale.ROOT).split(":", 2);
        if (words.length == 2 && !words[0].equals("fixed")) {
            throw new UserException("only a fixed controller takes a width: \"" + name + "\"; there are: " + NAMES);
        }
        return switch (words[0]) {
            case "fixed" -> (profile, fit, goal) -> new Fixed(width(profile, words));
            default -> throw new UserException("there is no controller \"" + name + "\"; there are: " + NAMES);
        };
    }
}
