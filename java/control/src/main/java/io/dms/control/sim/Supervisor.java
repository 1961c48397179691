package io.dms.control.sim;

/** Sees and sets the whole board from time to time, as a coordinator does. */
@FunctionalInterface
public interface Supervisor {
    /**
     * One step. It may read the readings of the simulation and call {@link Simulation#requestClock}, {@link
     * Simulation#bound} and {@link Simulation#pause}.
     */
    void step(Simulation simulation);
}
