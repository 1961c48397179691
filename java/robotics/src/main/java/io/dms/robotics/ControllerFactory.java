package io.dms.robotics;

import io.dms.control.Controller;
import io.dms.control.Goal;
import io.dms.model.Profile;
import io.dms.model.ProfileFit;

/** Makes the controller of an application. Called at opening and, in the thread that infers, when the goal changes. */
@FunctionalInterface
public interface ControllerFactory {
    /**
     * A controller.
     *
     * @param profile what each level costs; the controller's indices are of its levels
     * @param fit what the profile is worth on this board, and its operating point
     * @param goal what is asked for
     */
    Controller create(Profile profile, ProfileFit fit, Goal goal);
}
