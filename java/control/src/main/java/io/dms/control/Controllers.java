package io.dms.control;

import io.dms.control.sim.Truth;
import io.dms.model.Profile;
import io.dms.model.ProfileFit;
import io.dms.model.UserException;
import java.util.List;

/** Makes controllers. */
public final class Controllers {
    /** The names that {@link #named} knows. */
    public static final List<String> NAMES = List.of("predictive", "feedback", "step", "fixed");

    private Controllers() {}

    /**
     * A controller by its name.
     *
     * @param name {@code predictive}, {@code feedback}, {@code step} or {@code fixed}, which stays at the widest level
     * @param profile of the model
     * @param fit what the profile is worth on this board; its operating point is used
     * @param goal what to keep
     * @throws UserException if there is no such controller, or the profile is refused
     */
    public static Controller named(String name, Profile profile, ProfileFit fit, Goal goal) {
        int point = fit.orThrow().point();
        return switch (name) {
            case "predictive" ->
                new PredictiveController(profile, point, fit.verdict() == ProfileFit.Verdict.FITS, goal);
            case "feedback" -> new FeedbackController(profile, point, goal);
            case "step" -> new StepController(profile, point, goal);
            case "fixed" -> fixed(profile, 0);
            default ->
                throw new UserException(
                        "there is no controller called " + name + "; there are " + String.join(", ", NAMES));
        };
    }

    /** The predictive controller, for a profile that fits at its first operating point. */
    public static Controller predictive(Profile profile, Goal goal) {
        return new PredictiveController(profile, 0, true, goal);
    }

    /** The feedback controller, at the profile's first operating point. */
    public static Controller feedback(Profile profile, Goal goal) {
        return new FeedbackController(profile, 0, goal);
    }

    /** The controller that goes up and down by the mean of the last frames, at the profile's first operating point. */
    public static Controller step(Profile profile, Goal goal) {
        return new StepController(profile, 0, goal);
    }

    /**
     * The best that can be done in a simulation by whoever knows each disturbance when a frame begins: what the others are
     * held against.
     */
    public static Controller oracle(Truth truth, Goal goal) {
        return new OracleController(truth, goal);
    }

    /**
     * Always one level.
     *
     * @param level index, 0 the widest
     * @throws UserException if there is no such level
     */
    public static Controller fixed(Profile profile, int level) {
        if (level < 0 || level >= profile.levels().size()) {
            throw new UserException("the profile of " + profile.model() + " has levels 0 to "
                    + (profile.levels().size() - 1) + ", not " + level);
        }
        return new FixedController(profile.levels().size(), level);
    }
}
