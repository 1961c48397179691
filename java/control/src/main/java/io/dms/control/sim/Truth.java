package io.dms.control.sim;

import io.dms.model.Profile;

/**
 * What only the simulation knows about one application: how things stand now, without noise and delay. For oracles and
 * for tests; a controller that looks at it is no controller.
 */
public interface Truth {
    /** The application's profile. */
    Profile profile();

    /**
     * Mean time of a frame that would begin now and that nothing further happened to, in milliseconds: clock, contention
     * by the frames in service, and disturbances are in it, the cost of a switch is not.
     */
    double millis(int level);

    /** How much longer a frame of this level takes now than the first point of the profile says. */
    double slowdown(int level);

    /** Energy of such a frame in joules, the board's idle power over its time included. */
    double joules(int level);

    /** Index of the clock that holds now, 0 the lowest. */
    int clock();

    /** True where the backend throws at this level now. */
    boolean fails(int level);
}
