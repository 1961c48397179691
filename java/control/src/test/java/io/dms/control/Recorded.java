package io.dms.control;

import io.dms.control.sim.BoardModel;
import io.dms.control.sim.Boards;
import io.dms.control.sim.Disturbance;
import io.dms.control.sim.SlowdownTrace;
import io.dms.model.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a real machine did to a real stream, for simulations: the profile that was measured there, and the slow-down of each
 * frame while it was left alone, while one and while two other processes were busy on its two cores, and in bursts.
 */
final class Recorded {
    static final BoardModel BOARD = Boards.processor(2);
    static final double FPS = 30;
    static final double SECONDS = 60;
    /** Accuracy of the narrowest level. */
    static final double NARROWEST = 0.8166;

    private static final List<String> LEVELS = List.of("half", "quarter");
    /** 1.3 times the second level, which some level can always keep. */
    static final String SECOND_LEVEL = "p95<=20.9ms";
    /** 1.3 times the third level, which none keeps while two processes are busy. */
    static final String THIRD_LEVEL = "p95<=9.94ms";

    private Recorded() {}

    /** Latencies as measured with the traces, accuracies as of the bundled model. */
    static Profile profile() {
        double[][] figures = {
            {1, 19.693567, 19.972095, 0.9185},
            {0.75, 16.072703, 16.392191, 0.9047},
            {0.5, 7.643135, 7.766015, 0.8726},
            {0.25, 5.898239, 5.996543, NARROWEST}
        };
        List<Profile.Level> levels = new ArrayList<>();
        for (double[] f : figures) {
            double p50 = f[1];
            Profile.Latency latency = new Profile.Latency(1.004 * p50, p50, f[2], 1.02 * p50, 1.04 * p50, 0.013, 663);
            levels.add(new Profile.Level(
                    Double.toString(f[0]), f[0], Math.round(40e6 * f[0]), latency, null, null, f[3], 1_000_000));
        }
        return new Profile(
                "resnet20-cifar10",
                "0".repeat(64),
                "cpu",
                "fp32",
                28,
                1,
                new Profile.Board("generic x86-64", null, Map.of()),
                Instant.parse("2026-11-21T11:41:24Z"),
                List.of(new Profile.Point("as found", null, null, null, null, levels)),
                0.044);
    }

    /** A recording of 80 seconds. */
    static SlowdownTrace trace(String name) {
        try (InputStream in = Recorded.class.getResourceAsStream("slowdown-" + name + ".txt")) {
            return SlowdownTrace.parse(
                    FPS, new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Twenty seconds of one state between two of another, of both recordings, by name. */
    static Map<String, List<Disturbance>> scripts() {
        Map<String, List<Disturbance>> all = new TreeMap<>(steadyScripts());
        for (String level : LEVELS) {
            all.put("bursts of two, " + level, script(level, 50.1, 69.9));
        }
        return all;
    }

    /** Those of them in which every stretch is one state throughout. */
    static Map<String, List<Disturbance>> steadyScripts() {
        Map<String, List<Disturbance>> all = new TreeMap<>();
        for (String level : LEVELS) {
            all.put("alone, " + level, script(level, 0, 10));
            all.put("one, " + level, script(level, 10.2, 19.8));
            all.put("two, " + level, script(level, 25.2, 44.8));
        }
        return all;
    }

    private static List<Disturbance> script(String level, double from, double to) {
        SlowdownTrace trace = trace(level);
        return List.of(
                Disturbance.replay(0, 20, trace.between(0, 10), 0),
                Disturbance.replay(20, 40, trace.between(from, to), 0),
                Disturbance.replay(40, SECONDS, trace.between(70, 80), 0));
    }
}
