package io.dms.serve;

import io.dms.control.Controller;
import io.dms.control.Controllers;
import io.dms.control.Goal;
import io.dms.control.Moment;
import io.dms.control.Outcome;
import io.dms.model.Profile;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.robotics.Application;
import io.dms.runtime.Session;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Picks levels for the goals of one worker's requests: a controller for each goal, since what one asker's goal made it
 * learn (how wide it may go, what was missed) must not steer another's. The goals used last are kept. Not thread-safe.
 */
final class GoalDesk {
    private static final Logger LOG = LoggerFactory.getLogger(GoalDesk.class);
    private static final int MOST = 16;

    private final Application application;
    private final WidthLevel[] levels;
    private final Map<Goal, Controller> controllers = new LinkedHashMap<>(16, 0.75f, true);
    private final Moment moment = new Moment();
    private final Outcome outcome = new Outcome();

    GoalDesk(Application application) {
        this.application = application;
        ScalableModel model = application.model();
        this.levels = application.profile().levels().stream()
                .map(row -> level(model, row))
                .toArray(WidthLevel[]::new);
        for (WidthLevel level : levels) {
            application.session().prepare(level);
        }
    }

    private static WidthLevel level(ScalableModel model, Profile.Level row) {
        return model.levels().stream()
                .filter(l -> l.name().equals(row.name()))
                .findFirst()
                .orElseGet(() -> model.level(row.width()));
    }

    private Controller controller(Goal goal) {
        Controller known = controllers.get(goal);
        if (known != null) {
            return known;
        }
        if (controllers.size() >= MOST) {
            controllers.remove(controllers.keySet().iterator().next());
        }
        Controller made = Controllers.named("predictive", application.profile(), application.fit(), goal);
        controllers.put(goal, made);
        return made;
    }

    /**
     * Runs one image at the level that keeps a goal if one can; where the backend fails at a level, at another one.
     *
     * @param arrivalNanos when the request was there: latency counts from then
     * @param waiting images that wait behind this one
     * @return the level that ran
     */
    WidthLevel run(Goal goal, FloatBuffer[] inputs, FloatBuffer[] outputs, long arrivalNanos, int waiting) {
        Controller controller = controller(goal);
        Session session = application.session();
        for (int failures = 0; ; failures++) {
            int chosen = controller.choose(moment.frame(System.nanoTime(), arrivalNanos, waiting));
            long start = System.nanoTime();
            try {
                session.run(levels[chosen], inputs, outputs);
            } catch (RuntimeException e) {
                controller.observe(outcome.set(chosen, arrivalNanos, start, System.nanoTime(), Double.NaN, true));
                if (failures + 1 >= levels.length) {
                    throw e;
                }
                LOG.warn("level {} of {} failed: {}", levels[chosen].name(), application.name(), e.getMessage());
                continue;
            }
            controller.observe(outcome.set(chosen, arrivalNanos, start, System.nanoTime(), Double.NaN, false));
            return levels[chosen];
        }
    }

    /** Whether an answer that is ready now keeps the goal's bound of latency. */
    static boolean kept(Goal goal, long arrivalNanos, long nowNanos) {
        Double millis = goal.latencyMillis();
        return millis == null || nowNanos - arrivalNanos <= millis * 1e6;
    }
}
