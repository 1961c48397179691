package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random ties and frozen ranges, compared with what follows from them by definition. */
class AxisClassesTest {
    private record Place(int axis, int index) {}

    /** Classes by repeated merging of sets, frozen ones known. */
    private static final class Slow {
        final Map<Place, Set<Place>> classes = new HashMap<>();
        final Set<Place> frozen = new HashSet<>();

        Set<Place> of(Place p) {
            return Objects.requireNonNull(classes.get(p));
        }

        void tie(Place a, Place b) {
            Set<Place> x = of(a);
            Set<Place> y = of(b);
            if (x != y) {
                x.addAll(y);
                y.forEach(p -> classes.put(p, x));
            }
        }

        boolean isFrozen(Place p) {
            return of(p).stream().anyMatch(frozen::contains);
        }
    }

    @Test
    void segmentsAreWholeUnitsOfClassesThatAreNotFrozen() {
        int seen = 0;
        for (int seed = 0; seed < 400; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            AxisClasses fast = new AxisClasses();
            Slow slow = new Slow();
            int[] sizes = new int[2 + random.nextInt(5)];
            for (int a = 0; a < sizes.length; a++) {
                sizes[a] = 16 * (1 + random.nextInt(3));
                fast.add("t" + a, 0, sizes[a], true);
                for (int i = 0; i < sizes[a]; i++) {
                    slow.classes.put(new Place(a, i), new HashSet<>(Set.of(new Place(a, i))));
                }
            }
            for (int k = 0; k < 1 + random.nextInt(6); k++) {
                int a = random.nextInt(sizes.length);
                int b = random.nextInt(sizes.length);
                int n = random.nextBoolean() ? Math.min(sizes[a], sizes[b]) : 1 + random.nextInt(16);
                int from = random.nextInt(sizes[a] - n + 1);
                int to = random.nextInt(sizes[b] - n + 1);
                fast.tieRange("t" + a, 0, from, "t" + b, 0, to, n);
                for (int i = 0; i < n; i++) {
                    slow.tie(new Place(a, from + i), new Place(b, to + i));
                }
                if (random.nextInt(3) == 0) {
                    int at = from + random.nextInt(n);
                    fast.freeze("t" + a, 0, at, 1, "a reason");
                    slow.frozen.add(new Place(a, at));
                }
            }
            seen += check(fast.groups(t -> t), slow, sizes);
        }
        assertThat(seen).isGreaterThan(400);
    }

    @Test
    void aGroupHasTheNameAndReasonOfItsFirstAxisHoweverAxesWereTied() {
        for (int order = 0; order < 4; order++) {
            AxisClasses classes = new AxisClasses();
            for (String t : List.of("a", "b", "c")) {
                classes.add(t, 0, 16, true);
            }
            if (order % 2 == 0) {
                classes.freeze("b", 0, "b's");
                classes.freeze("c", 0, "c's");
            }
            String[] pair = order < 2 ? new String[] {"c", "b"} : new String[] {"b", "c"};
            classes.tieRange(pair[0], 0, 0, pair[1], 0, 0, 16);
            classes.tieRange("c", 0, 0, "a", 0, 0, 16);
            ChannelGroup group = classes.groups(t -> t).groups().get(0);
            assertThat(group.name()).isEqualTo("a");
            assertThat(group.size()).isEqualTo(16);
            assertThat(group.frozenBecause()).isEqualTo(order % 2 == 0 ? "b's" : null);
        }
    }

    @Test
    void axesThatWereTiedWholeAreStillTiedWhenOneOfThemIsTiedInParts() {
        AxisClasses classes = new AxisClasses();
        for (String t : List.of("a", "b", "c")) {
            classes.add(t, 0, t.equals("c") ? 32 : 16, true);
        }
        classes.tieRange("a", 0, 0, "b", 0, 0, 16);
        classes.tieRange("b", 0, 0, "c", 0, 8, 16);
        classes.freeze("a", 0, 0, 4, "its beginning");
        ChannelGroups groups = classes.groups(t -> t);
        for (String t : List.of("a", "b")) {
            assertThat(groups.segments(t, 0)).singleElement().satisfies(s -> {
                assertThat(s.start()).isEqualTo(4);
                assertThat(groups.groups().get(s.group()).size()).isEqualTo(12);
            });
        }
        assertThat(groups.segments("c", 0)).extracting(AxisSegment::start).contains(12);
    }

    private static int check(ChannelGroups groups, Slow slow, int[] sizes) {
        int segments = 0;
        for (int a = 0; a < sizes.length; a++) {
            for (AxisSegment s : groups.segments("t" + a, 0)) {
                segments++;
                ChannelGroup group = groups.groups().get(s.group());
                assertThat(group.frozen()).isFalse();
                for (int u = 0; u < group.size(); u++) {
                    Set<Place> whole = slow.of(new Place(a, s.start() + u * s.unit()));
                    assertThat(whole).isEqualTo(unit(groups, s.group(), u, sizes));
                    assertThat(slow.isFrozen(whole.iterator().next())).isFalse();
                }
            }
        }
        return segments;
    }

    /** All places that a unit of a group has, by the segments. */
    private static Set<Place> unit(ChannelGroups groups, int group, int unit, int[] sizes) {
        List<Place> places = new ArrayList<>();
        for (int a = 0; a < sizes.length; a++) {
            for (AxisSegment s : groups.segments("t" + a, 0)) {
                for (int i = 0; s.group() == group && i < s.unit(); i++) {
                    places.add(new Place(a, s.start() + unit * s.unit() + i));
                }
            }
        }
        return new HashSet<>(places);
    }
}
