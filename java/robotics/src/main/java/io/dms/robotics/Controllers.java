package io.dms.robotics;

import io.dms.model.Profile;
import io.dms.model.UserException;
import java.util.List;
import java.util.Locale;

/** Controllers by the names of the command line and of deployment files. */
public final class Controllers {
    /** The names, for people. */
    public static final String NAMES = "predictive, feedback, step, fixed, fixed:WIDTH";

    private Controllers() {}

    /**
     * The factory of this name; a width is looked for in the profile when the controller is made.
     *
     * @throws UserException if there is none
     */
    public static ControllerFactory find(String name) {
        String[] words = words(name);
        if (!io.dms.control.Controllers.NAMES.contains(words[0])) {
            throw new UserException("there is no controller \"" + name + "\"; there are: " + NAMES);
        }
        if (words.length == 1) {
            return (profile, fit, goal) -> io.dms.control.Controllers.named(words[0], profile, fit, goal);
        }
        if (!words[0].equals("fixed")) {
            throw new UserException("only a fixed controller takes a width: \"" + name + "\"; there are: " + NAMES);
        }
        return (profile, fit, goal) -> io.dms.control.Controllers.fixed(profile, level(profile, words[1]));
    }

    /** The kind, and a width where one is given. */
    private static String[] words(String name) {
        return name.strip().toLowerCase(Locale.ROOT).split(":", 2);
    }

    private static int level(Profile profile, String width) {
        List<Profile.Level> levels = profile.levels();
        for (int l = 0; l < levels.size(); l++) {
            if (levels.get(l).name().equals(width) || same(levels.get(l).width(), width)) {
                return l;
            }
        }
        throw new UserException("model " + profile.model() + " has no level of width " + width + "; it has: "
                + String.join(", ", levels.stream().map(Profile.Level::name).toList()));
    }

    private static boolean same(double width, String text) {
        try {
            return Math.abs(Double.parseDouble(text) - width) < 1e-9;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /**
     * Whether a controller, by its name as {@link #find} reads it, can be led by a coordinator. The baselines can't: they
     * show what happens without.
     */
    public static boolean led(String name) {
        String kind = words(name)[0];
        return !kind.equals("fixed") && !kind.equals("step");
    }
}
