package io.dms.schedule.sim;

import io.dms.model.UserException;
import io.dms.schedule.Budgets;
import io.dms.schedule.CatalogTable;

/**
 * What is simulated, all but the scheduler.
 *
 * @param sendJoules of the device for one request to a server
 * @param roundTripSeconds to a server and back
 * @param deadlines whether the tasks' deadlines hold
 * @param deviceFactor by what the device takes more time and energy than its catalog says
 * @param noise standard deviation of the logarithm of each load's and run's time and energy
 * @param seed of the noise
 */
public record Scene(
        CatalogTable table,
        Budgets budgets,
        Trace trace,
        double sendJoules,
        double roundTripSeconds,
        boolean deadlines,
        double deviceFactor,
        double noise,
        long seed) {
    /** @throws UserException if a figure can't be */
    public Scene {
        if (!(sendJoules >= 0) || Double.isInfinite(sendJoules)) {
            throw new UserException("energy of sending must be at least 0 J: " + sendJoules);
        }
        if (!(roundTripSeconds >= 0) || !(deviceFactor > 0) || !(noise >= 0)) {
            throw new UserException("a scene's round trip and noise must be at least 0, its factor above 0");
        }
    }

    /** As its catalog says, without noise. */
    public static Scene of(CatalogTable table, Budgets budgets, Trace trace, double sendJoules, boolean deadlines) {
        return new Scene(table, budgets, trace, sendJoules, 0.1, deadlines, 1, 0, 1);
    }
}
