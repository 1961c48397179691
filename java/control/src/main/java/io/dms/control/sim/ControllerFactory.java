package io.dms.control.sim;

import io.dms.control.Controller;

/** Makes the controller of one application. Called once when a simulation starts. */
@FunctionalInterface
public interface ControllerFactory {
    /**
     * A new controller.
     *
     * @param truth what the simulation knows; only oracles look at it
     */
    Controller make(Truth truth);
}
