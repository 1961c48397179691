package io.dms.control.sim;

import io.dms.control.Goal;
import io.dms.model.Profile;
import io.dms.model.UserException;

/**
 * One application of a simulated board: a stream of frames that one controller steers.
 *
 * @param name for people
 * @param profile what its controller believes and, at the clocks that it was made for, what is true
 * @param goal by which misses are counted
 * @param controller makes its controller
 * @param framesPerSecond rate of its source; 0 for a source that has the next frame when the last is done
 * @param jitter standard deviation of a frame's arrival over the period; its latency still counts from the schedule
 * @param queue frames that may wait
 * @param late what becomes of late frames
 * @param fromNanos when it starts
 * @param toNanos when it leaves
 * @param sensitivity how much it suffers by others on the accelerator; 1 is as the board says
 * @param tail share of frames with a heavy tail on top of the profile's spread
 */
public record Application(
        String name,
        Profile profile,
        Goal goal,
        ControllerFactory controller,
        double framesPerSecond,
        double jitter,
        int queue,
        Late late,
        long fromNanos,
        long toNanos,
        double sensitivity,
        double tail) {
    /** Checks the ranges. */
    public Application {
        if (!(framesPerSecond >= 0 && framesPerSecond < 1e6) || !(jitter >= 0 && jitter < 0.5)) {
            throw new UserException("the rate of a simulated application must be below 1e6, its jitter below 0.5");
        }
        if (queue < 0 || queue > 100_000) {
            throw new UserException("the queue of a simulated application must hold 0 to 100000 frames: " + queue);
        }
        if (!(tail >= 0 && tail < 0.5) || !(sensitivity >= 0 && sensitivity < 100)) {
            throw new UserException("the tail must be below 0.5 and the sensitivity below 100");
        }
    }

    /** An application at this rate with one waiting frame, for the whole run; tails on 3 frames in 1000. */
    public static Application of(
            String name, Profile profile, Goal goal, double framesPerSecond, ControllerFactory controller) {
        return new Application(
                name, profile, goal, controller, framesPerSecond, 0, 1, Late.DROP_OLDEST, 0, Long.MAX_VALUE, 1, 0.003);
    }

    /** This application with another queue. */
    public Application withQueue(int frames, Late policy) {
        return new Application(
                name,
                profile,
                goal,
                controller,
                framesPerSecond,
                jitter,
                frames,
                policy,
                fromNanos,
                toNanos,
                sensitivity,
                tail);
    }

    /** This application there only between two times in seconds. */
    public Application between(double from, double to) {
        return new Application(
                name,
                profile,
                goal,
                controller,
                framesPerSecond,
                jitter,
                queue,
                late,
                Math.round(from * 1e9),
                Math.round(to * 1e9),
                sensitivity,
                tail);
    }

    /** This application with other noise: jitter of arrivals, share of tails. */
    public Application withNoise(double arrivals, double tails) {
        return new Application(
                name,
                profile,
                goal,
                controller,
                framesPerSecond,
                arrivals,
                queue,
                late,
                fromNanos,
                toNanos,
                sensitivity,
                tails);
    }

    /** This application with another controller. */
    public Application with(ControllerFactory other) {
        return new Application(
                name,
                profile,
                goal,
                other,
                framesPerSecond,
                jitter,
                queue,
                late,
                fromNanos,
                toNanos,
                sensitivity,
                tail);
    }
}
