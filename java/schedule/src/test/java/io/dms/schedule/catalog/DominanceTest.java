package io.dms.schedule.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A variant is dropped only for one that is at least as good in everything. */
class DominanceTest {
    private static Variant.Builder split(double accuracy) {
        return Variant.of("v", "faces", Place.SPLIT, Kind.REMOTE, Accuracy.of(accuracy))
                .memoryBytes(1000)
                .load(0.1, 1.0)
                .run(0.01, 0.1)
                .serverSeconds(0.02)
                .dollars(0.001)
                .wire(5000, 40)
                .requires("trunk");
    }

    private static Arguments worse(String what, UnaryOperator<Variant.Builder> change) {
        return Arguments.of(what, change);
    }

    static Stream<Arguments> inOneThing() {
        return Stream.of(
                worse("memory", b -> b.memoryBytes(1001)),
                worse("seconds to load", b -> b.load(0.11, 1.0)),
                worse("joules to load", b -> b.load(0.1, 1.1)),
                worse("seconds to run", b -> b.run(0.011, 0.1)),
                worse("joules to run", b -> b.run(0.01, 0.11)),
                worse("the server's seconds", b -> b.serverSeconds(0.021)),
                worse("dollars", b -> b.dollars(0.0011)),
                worse("bytes sent", b -> b.wire(5001, 40)),
                worse("bytes received", b -> b.wire(5000, 41)),
                worse("fragments", b -> b.requires("trunk", "more")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inOneThing")
    void whoIsWorseInOneThingReplacesNobody(String what, UnaryOperator<Variant.Builder> change) {
        Variant worse = change.apply(split(0.9)).build();
        assertThat(Dominance.dominates(worse, split(0.8).build())).isFalse();
        assertThat(Dominance.dominates(split(0.9).build(), worse)).isTrue();
    }

    @Test
    void accuracyCountsOverallAndInEveryContextAndClass() {
        Variant plain = split(0.8).build();
        assertThat(Dominance.dominates(split(0.79).build(), plain)).isFalse();
        assertThat(Dominance.dominates(split(0.8).build(), plain)).isTrue();
        Variant.Builder good = of(new Accuracy(0.8, Map.of("cat", 0.9), Map.of("home", 0.9)));
        assertThat(Dominance.dominates(
                        of(new Accuracy(0.85, Map.of("cat", 0.9), Map.of("home", 0.8)))
                                .build(),
                        good.build()))
                .isFalse();
        assertThat(Dominance.dominates(
                        of(new Accuracy(0.85, Map.of("cat", 0.8), Map.of("home", 0.9)))
                                .build(),
                        good.build()))
                .isFalse();
        assertThat(Dominance.dominates(
                        of(new Accuracy(0.85, Map.of("cat", 0.9), Map.of("home", 0.9)))
                                .build(),
                        good.build()))
                .isTrue();
    }

    private static Variant.Builder of(Accuracy accuracy) {
        return Variant.of("v", "faces", Place.SPLIT, Kind.REMOTE, accuracy).requires("trunk");
    }

    @Test
    void anotherTaskOrPlaceIsNeverReplaced() {
        Variant cloud = Variant.of("c", "faces", Place.CLOUD, Kind.REMOTE, Accuracy.of(0.5))
                .run(9, 9.0)
                .build();
        assertThat(Dominance.dominates(split(0.9).build(), cloud)).isFalse();
        Variant device = Variant.of("d", "faces", Place.DEVICE, Kind.NETWORK, Accuracy.of(0.5))
                .memoryBytes(9000)
                .load(9, 9.0)
                .run(9, 9.0)
                .build();
        assertThat(Dominance.dominates(
                        Variant.of("c", "faces", Place.CLOUD, Kind.REMOTE, Accuracy.of(0.9))
                                .run(0.1, 0.0)
                                .build(),
                        device))
                .as("a server that may be out of reach")
                .isFalse();
        Variant other = Variant.of("o", "scenes", Place.SPLIT, Kind.REMOTE, Accuracy.of(0.5))
                .requires("trunk")
                .run(9, 9.0)
                .build();
        assertThat(Dominance.dominates(of(Accuracy.of(0.9)).build(), other)).isFalse();
    }

    private static Variant onDevice(@Nullable String fallback) {
        return Variant.of("v", "faces", Place.DEVICE, Kind.NETWORK, Accuracy.of(0.8))
                .run(0.01, 0.1)
                .fallback(fallback)
                .build();
    }

    @Test
    void whoFallsBackReplacesNobodyWhoNeedNot() {
        assertThat(Dominance.dominates(onDevice("f"), onDevice(null))).isFalse();
        assertThat(Dominance.dominates(onDevice(null), onDevice("f"))).isTrue();
        assertThat(Dominance.dominates(onDevice("f"), onDevice("f"))).isTrue();
        assertThat(Dominance.dominates(onDevice("f"), onDevice("g"))).isFalse();
    }
}
