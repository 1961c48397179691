package io.dms.robotics;

import io.dms.control.Goal;
import io.dms.model.Profile;
import io.dms.model.ScalableModel;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import org.jspecify.annotations.Nullable;

/**
 * One application of a deployment, as it is described before anything is opened.
 *
 * @param name unique in its deployment
 * @param model what it runs
 * @param backend by name
 * @param batch images of one frame
 * @param threads threads inside one call, 0 for all cores
 * @param precision the arithmetic
 * @param launch how a GPU is given its work
 * @param profile its profile, null to measure a short one at opening
 * @param source as {@link io.dms.robotics.source.Sources} reads it
 * @param goal what it asks for
 * @param controller as {@link Controllers} reads it
 * @param late what happens to frames that can no longer keep the goal
 */
public record ApplicationSpec(
        String name,
        ScalableModel model,
        String backend,
        int batch,
        int threads,
        Precision precision,
        Launch launch,
        @Nullable Profile profile,
        String source,
        Goal goal,
        String controller,
        LatePolicy late) {
    /** The same with another controller. */
    public ApplicationSpec withController(String other) {
        return new ApplicationSpec(
                name, model, backend, batch, threads, precision, launch, profile, source, goal, other, late);
    }

    /** The same with a profile. */
    public ApplicationSpec withProfile(Profile measured) {
        return new ApplicationSpec(
                name, model, backend, batch, threads, precision, launch, measured, source, goal, controller, late);
    }
}
