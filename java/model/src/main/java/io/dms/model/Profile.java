package io.dms.model;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every level of a model costs and gives, measured on one board. It holds for that board, that backend and the
 * clocks of its operating points, and says so; a figure that was not measured is null.
 *
 * @param model name of the model
 * @param modelDigest SHA-256 of the model's weights and structure, in hexadecimal
 * @param backend what ran it, as on the command line
 * @param precision as in {@code fp32}
 * @param batch images per call
 * @param threads threads inside one call
 * @param board where it was measured
 * @param measured when
 * @param points the operating points that were measured, the first the one in which the board was found
 * @param switchMillis what the first call after a change of level takes more than a steady one, at the median
 */
public record Profile(
        String model,
        String modelDigest,
        String backend,
        String precision,
        int batch,
        int threads,
        Board board,
        Instant measured,
        List<Point> points,
        @Nullable Double switchMillis) {
    /** Checks that every point has the same levels, widest first, and copies the list. */
    public Profile {
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new ModelException("the profile of " + model + " holds no operating point");
        }
        List<String> names = points.get(0).levels().stream().map(Level::name).toList();
        for (Point p : points) {
            if (!p.levels().stream().map(Level::name).toList().equals(names)) {
                throw new ModelException("the profile of " + model + " has other levels at " + p.name() + " than at "
                        + points.get(0).name());
            }
        }
    }

    /** This profile with more operating points behind the one in which the board was found. */
    public Profile withMore(List<Point> more) {
        List<Point> all = new ArrayList<>(points);
        all.addAll(more);
        return new Profile(model, modelDigest, backend, precision, batch, threads, board, measured, all, switchMillis);
    }

    /** The levels at the operating point in which the board was found. */
    public List<Level> levels() {
        return points.get(0).levels();
    }

    /**
     * The board.
     *
     * @param name what it is sold as, or {@code generic x86-64}
     * @param powerMode the power mode's name, null where there is none
     * @param versions of what the figures depend on: {@code l4t}, {@code cuda}, {@code onednn}, {@code dms}...
     */
    public record Board(String name, @Nullable String powerMode, Map<String, String> versions) {
        /** Copies the map. */
        public Board {
            versions = Map.copyOf(versions);
        }
    }

    /**
     * One setting of the board's clocks.
     *
     * @param name for people: the power mode, or the clock
     * @param powerMode the power mode's name, null where there is none
     * @param gpuHertz the GPU's clock, null where there is none or it was left to the governor
     * @param cpuHertz likewise for the CPU
     * @param idleWatts power of the board while nothing runs, null where it was not measured
     * @param levels widest first
     */
    public record Point(
            String name,
            @Nullable String powerMode,
            @Nullable Long gpuHertz,
            @Nullable Long cpuHertz,
            @Nullable Double idleWatts,
            List<Level> levels) {
        /** Copies the list. */
        public Point {
            levels = List.copyOf(levels);
            if (levels.isEmpty()) {
                throw new ModelException("the operating point " + name + " of a profile holds no level");
            }
        }
    }

    /**
     * One level.
     *
     * @param name of the level in the model
     * @param width 0 to 1
     * @param macs multiply-accumulate operations of one image
     * @param latency of one call
     * @param millijoules energy of one inference, null where it was not measured
     * @param energyScope what the energy is about, as the board monitor names it; null with {@code millijoules}
     * @param accuracy share of right answers, 0 to 1, null where it was not measured
     * @param memoryBytes packed weights of this level
     */
    public record Level(
            String name,
            double width,
            long macs,
            Latency latency,
            @Nullable Double millijoules,
            @Nullable String energyScope,
            @Nullable Double accuracy,
            long memoryBytes) {}

    /** Milliseconds of one call in steady state; percentiles by nearest rank, cv the standard deviation over the mean. */
    public record Latency(double mean, double p50, double p90, double p95, double p99, double cv, long samples) {
        /** Checks that the figures can be those of a latency. */
        public Latency {
            if (!(mean > 0 && p50 > 0 && p90 >= p50 && p95 >= p90 && p99 >= p95 && p99 < Double.POSITIVE_INFINITY)) {
                throw new ModelException("these are no percentiles of a latency: mean " + mean + " p50 " + p50 + " p90 "
                        + p90 + " p95 " + p95 + " p99 " + p99);
            }
        }
    }
}
