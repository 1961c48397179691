package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NetworkDigestTest {
    private static final Shape ROW = Shape.of(1, 4);

    private static Graph graph(float first, Object attribute) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        weights.put("w", Tensor.ofFloats(ROW, first, 2, 3, 4));
        weights.put("v", Tensor.ofFloats(ROW, 5, 6, 7, 8));
        return new Graph(
                "rows",
                List.of(new Graph.Value("x", ROW)),
                List.of(new Graph.Value("y", ROW)),
                List.of(
                        new Node("add", "Add", "", List.of("x", "w"), List.of("a"), Map.of()),
                        new Node("odd", "Odd", "some", List.of("a", "v"), List.of("y"), Map.of("how", attribute))),
                weights,
                Map.of("x", ROW, "a", ROW, "y", ROW));
    }

    private static ForeignValue foreign(int... bytes) {
        return new ForeignValue() {
            @Override
            public byte[] toBytes() {
                byte[] b = new byte[bytes.length];
                for (int i = 0; i < b.length; i++) {
                    b[i] = (byte) bytes[i];
                }
                return b;
            }

            @Override
            public String toString() {
                return "a subgraph";
            }
        };
    }

    @Test
    void equal_networks_have_one_digest_and_the_order_of_constants_does_not_matter() {
        Graph one = graph(1, 2L);
        Map<String, Tensor> turned = new LinkedHashMap<>();
        new TreeMap<>(one.initializers()).forEach((name, t) -> turned.put(name, Tensor.ofFloats(ROW, t.floats())));
        assertThat(List.copyOf(turned.keySet()))
                .isNotEqualTo(List.copyOf(one.initializers().keySet()));
        assertThat(one.digest()).matches("[0-9a-f]{64}");
        assertThat(graph(1, 2L).digest()).isEqualTo(one.digest());
        assertThat(one.withInitializers(turned).digest()).isEqualTo(one.digest());
    }

    @Test
    void a_digest_that_was_begun_ahead_or_is_asked_for_by_many_at_a_time_is_the_same_one() {
        String alone = graph(1, 2L).digest();
        for (int round = 0; round < 20; round++) {
            Graph ahead = graph(1, 2L);
            ahead.digestAhead();
            ahead.digestAhead();
            List<String> all = IntStream.range(0, 8)
                    .parallel()
                    .mapToObj(i -> ahead.digest())
                    .toList();
            ahead.digestAhead();
            assertThat(all).containsOnly(alone);
            assertThat(ahead.digest()).isEqualTo(alone);
        }
    }

    @Test
    void whatever_differs_shows() {
        Object[] attributes = {
            2L,
            2f,
            "2",
            "Long 2",
            new long[] {2},
            new float[] {2},
            Tensor.ofLongs(Shape.of(1), 2),
            Tensor.ofFloats(Shape.of(1), 2),
            foreign(1, 2),
            foreign(1, 3)
        };
        List<String> digests = new ArrayList<>();
        for (Object a : attributes) {
            digests.add(graph(1, a).digest());
        }
        digests.add(graph(Math.nextUp(1f), 2L).digest());
        Graph other = graph(1, 2L);
        digests.add(
                new Graph("other", other.inputs(), other.outputs(), other.nodes(), other.initializers(), other.shapes())
                        .digest());
        assertThat(digests).doesNotHaveDuplicates();
        assertThat(graph(1, foreign(1, 2)).digest())
                .isEqualTo(graph(1, foreign(1, 2)).digest());
    }
}
