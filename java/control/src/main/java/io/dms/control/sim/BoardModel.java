package io.dms.control.sim;

import io.dms.model.UserException;
import java.util.List;

/**
 * A board as the simulation knows it. Power is {@code idleWatts + dynamicWatts * f V^2}, with f and V relative to the
 * highest clock and the second term in proportion to what the frames in service use of the accelerator; temperature
 * follows power through one resistance and one capacity.
 *
 * @param name for people; says that this is a model
 * @param sharing how frames share the accelerator
 * @param interference with {@link Sharing#SLICED}: how much a frame that fills the accelerator slows another one; 1 is
 *     plain time sharing, above 1 there are losses by switching and caches
 * @param cores processor cores
 * @param clocks of the accelerator, lowest first
 * @param modes power modes; the first is the one in which the board starts
 * @param clockless share of a frame's time at the highest clock that does not depend on the clock (memory, launches)
 * @param idleWatts power of the board while nothing runs, at the lowest clock's end of the scale
 * @param idleClockWatts what idling takes in addition at the highest clock; in proportion to f V^2
 * @param dynamicWatts what a frame that fills the accelerator takes in addition, at the highest clock
 */
public record BoardModel(
        String name,
        Sharing sharing,
        double interference,
        int cores,
        List<Clock> clocks,
        List<Mode> modes,
        double clockless,
        double idleWatts,
        double idleClockWatts,
        double dynamicWatts,
        Heat heat,
        Sensing sensing) {
    /** Checks what the simulation relies on. */
    public BoardModel {
        clocks = List.copyOf(clocks);
        modes = List.copyOf(modes);
        if (clocks.isEmpty() || modes.isEmpty()) {
            throw new UserException("the board model " + name + " needs a clock and a power mode");
        }
        for (int i = 1; i < clocks.size(); i++) {
            if (clocks.get(i).hertz() <= clocks.get(i - 1).hertz()) {
                throw new UserException("the clocks of the board model " + name + " must rise");
            }
        }
    }

    /** A step of the accelerator's clock, and the voltage that it needs. */
    public record Clock(long hertz, double volts) {}

    /** A power mode: a number, a name, and the highest clock that it allows. */
    public record Mode(int id, String name, long capHertz) {}

    /**
     * The thermal model.
     *
     * @param ambientCelsius temperature of the air, and of the board at the start
     * @param celsiusPerWatt rise in steady state
     * @param seconds time constant
     * @param throttleCelsius from here on the clock goes down a step every second
     * @param releaseCelsius below this it goes up a step every second
     * @param leakPerCelsius share by which idle power rises with each degree above the air
     */
    public record Heat(
            double ambientCelsius,
            double celsiusPerWatt,
            double seconds,
            double throttleCelsius,
            double releaseCelsius,
            double leakPerCelsius) {}

    /**
     * What the monitor sees of it.
     *
     * @param intervalNanos between two samples; power is the mean over it
     * @param delayNanos from the end of a sample until the monitor has it, a multiple of the interval
     * @param noise standard deviation of a power reading over its value
     * @param stepWatts resolution of a power reading
     */
    public record Sensing(long intervalNanos, long delayNanos, double noise, double stepWatts) {}

    /** Relative f V^2 of a clock, 1 at the highest. */
    public double scale(int clock) {
        Clock top = clocks.get(clocks.size() - 1);
        Clock c = clocks.get(clock);
        double v = c.volts() / top.volts();
        return (double) c.hertz() / top.hertz() * v * v;
    }

    /** Power while nothing runs, at the temperature of the air. */
    public double idleWatts(int clock) {
        return idleWatts + idleClockWatts * scale(clock);
    }

    /** How much longer a frame takes at this clock than at the highest. */
    public double stretch(int clock) {
        double top = clocks.get(clocks.size() - 1).hertz();
        return clockless + (1 - clockless) * top / clocks.get(clock).hertz();
    }

    /** Index of the highest clock that is not above this one; the lowest where all are above. */
    public int clockAt(double hertz) {
        int i = clocks.size() - 1;
        while (i > 0 && clocks.get(i).hertz() > hertz) {
            i--;
        }
        return i;
    }

    /** Index of the clock at which the board starts: the highest that its first power mode allows. */
    public int startClock() {
        return clockAt((double) modes.get(0).capHertz());
    }

    /** This board with other sensors. */
    public BoardModel with(Sensing other) {
        return new BoardModel(
                name,
                sharing,
                interference,
                cores,
                clocks,
                modes,
                clockless,
                idleWatts,
                idleClockWatts,
                dynamicWatts,
                heat,
                other);
    }

    /** This board with another thermal model. */
    public BoardModel with(Heat other) {
        return new BoardModel(
                name,
                sharing,
                interference,
                cores,
                clocks,
                modes,
                clockless,
                idleWatts,
                idleClockWatts,
                dynamicWatts,
                other,
                sensing);
    }

    /** This board with another way to share its accelerator. */
    public BoardModel with(Sharing other, double interference) {
        return new BoardModel(
                name,
                other,
                interference,
                cores,
                clocks,
                modes,
                clockless,
                idleWatts,
                idleClockWatts,
                dynamicWatts,
                heat,
                sensing);
    }
}
