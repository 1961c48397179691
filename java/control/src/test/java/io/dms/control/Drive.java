package io.dms.control;

import io.dms.model.Profile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Frames without a board: the profile's median times a factor and a log-normal noise, one frame after the other. */
final class Drive {
    private Drive() {}

    /** Four levels of 40, 28, 19 and 12 ms and 5 % spread, 400 to 90 mJ, accuracies of 0.76 to 0.65. */
    static Profile profile() {
        return profile(new double[] {40, 28, 19, 12}, new double[] {0.76, 0.75, 0.72, 0.65});
    }

    static Profile profile(double[] medians, double[] accuracies) {
        return profile(medians, accuracies, 0.2);
    }

    /** The four levels of {@link #profile()} where a change of level costs so much. */
    static Profile switching(double millis) {
        return profile(new double[] {40, 28, 19, 12}, new double[] {0.76, 0.75, 0.72, 0.65}, millis);
    }

    private static Profile profile(double[] medians, double[] accuracies, double switchMillis) {
        List<Profile.Level> levels = new ArrayList<>();
        for (int i = 0; i < medians.length; i++) {
            double m = medians[i];
            double width = 1 - 0.8 * i / medians.length;
            levels.add(new Profile.Level(
                    "w" + i,
                    width,
                    1000,
                    new Profile.Latency(m, m, m * 1.066, m * 1.086, m * 1.123, 0.05, 1000),
                    m * 10,
                    "module",
                    accuracies[i],
                    1000));
        }
        return new Profile(
                "net",
                "0".repeat(64),
                "cpu",
                "fp32",
                1,
                1,
                new Profile.Board("a board", "MAXN", Map.of()),
                Instant.EPOCH,
                List.of(
                        new Profile.Point("MAXN", "MAXN", 1_000_000_000L, null, 4.0, levels),
                        new Profile.Point("HALF", "HALF", 500_000_000L, null, 3.0, slower(levels, 1.8))),
                switchMillis);
    }

    private static List<Profile.Level> slower(List<Profile.Level> levels, double factor) {
        return levels.stream()
                .map(l -> new Profile.Level(
                        l.name(),
                        l.width(),
                        l.macs(),
                        new Profile.Latency(
                                l.latency().mean() * factor,
                                l.latency().p50() * factor,
                                l.latency().p90() * factor,
                                l.latency().p95() * factor,
                                l.latency().p99() * factor,
                                0.05,
                                1000),
                        l.millijoules(),
                        l.energyScope(),
                        l.accuracy(),
                        l.memoryBytes()))
                .toList();
    }

    /** A clock of its own for each stream of frames. */
    static final class Stream {
        final Controller controller;
        final Moment moment = new Moment();
        final Outcome outcome = new Outcome();
        final double[] medians;
        final double switchMillis;
        final Random random;
        private int before = -1;
        long now = 1_000_000_000L;
        int level;

        Stream(Controller controller, Profile profile, long seed) {
            this.controller = controller;
            medians = profile.levels().stream()
                    .mapToDouble(l -> l.latency().p50())
                    .toArray();
            Double cost = profile.switchMillis();
            switchMillis = cost == null ? 0 : cost;
            random = new Random(seed);
        }

        /** One frame, due now. */
        int frame(double factor, double sigma) {
            return frame(factor, sigma, Double.NaN);
        }

        int frame(double factor, double sigma, double clockShare) {
            level = controller.choose(moment.frame(now, now, 0).board(Double.NaN, clockShare, false));
            double noise = sigma == 0 ? 1 : Math.exp(sigma * random.nextGaussian());
            long start = now;
            now += (long) (medians[level] * 1e6 * factor * noise);
            now += before >= 0 && before != level ? (long) (switchMillis * 1e6) : 0;
            before = level;
            controller.observe(outcome.set(level, start, start, now, medians[level] * factor * 0.01, false));
            now += 1000;
            return level;
        }

        int frames(int n, double factor, double sigma) {
            for (int i = 0; i < n; i++) {
                frame(factor, sigma);
            }
            return level;
        }
    }

    static int frames(Controller c, Profile p, int n, double factor, double sigma, long seed) {
        return new Stream(c, p, seed).frames(n, factor, sigma);
    }
}
