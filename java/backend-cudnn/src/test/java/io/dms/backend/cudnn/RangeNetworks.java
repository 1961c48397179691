package io.dms.backend.cudnn;

import io.dms.model.Graph;
import io.dms.testkit.Filter;
import io.dms.testkit.GraphBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Networks whose convolutions read and write ranges of channels: parts of concats that are read before they are joined, pieces
 * of splits and slices, blocks inside blocks, with widths that are no multiples of 8 as often as not.
 */
final class RangeNetworks {
    private static final String[] ACTIVATIONS = {"Relu", "Relu", "Silu", "HardSwish", ""};

    private final GraphBuilder b;
    private final SplittableRandom random;

    private RangeNetworks(long seed) {
        b = new GraphBuilder("ranges-" + seed, seed);
        random = new SplittableRandom(seed);
    }

    static Graph any(long seed) {
        RangeNetworks n = new RangeNetworks(seed);
        String x = n.conv(n.b.input("image", 3, 9, 7), n.pick(12, 16, 22), 3);
        for (int i = 0; i < 3; i++) {
            x = n.block(x, 2);
        }
        String y = n.b.node("GlobalAveragePool", Map.of(), n.conv(x, 10, 3));
        return n.b.output(x).output(n.b.node("Flatten", Map.of("axis", 1L), y)).build();
    }

    private int pick(int... of) {
        return of[random.nextInt(of.length)];
    }

    private String conv(String x, int channels, int window) {
        int c = b.channels(x);
        boolean grouped = window == 3 && c % 2 == 0 && channels % 2 == 0 && random.nextInt(4) == 0;
        Filter f = Filter.of(window).bias(random.nextBoolean());
        String y = b.conv(x, channels, grouped ? f.group(2) : f);
        if (c == channels && random.nextInt(3) == 0) {
            y = b.node("Add", Map.of(), y, x);
        }
        String a = ACTIVATIONS[random.nextInt(ACTIVATIONS.length)];
        return a.isEmpty()
                ? y
                : a.equals("Silu")
                        ? b.node("Mul", Map.of(), y, b.node("Sigmoid", Map.of(), y))
                        : b.node(a, Map.of(), y);
    }

    private String block(String x, int depth) {
        return switch (random.nextInt(depth > 0 ? 5 : 4)) {
            case 0 -> branches(x, depth);
            case 1 -> partial(x);
            case 2 -> half(x);
            case 3 -> dense(x);
            default -> block(block(x, depth - 1), depth - 1);
        };
    }

    /** Branches of several kinds, one of them read by the next before they are joined. */
    private String branches(String x, int depth) {
        String one = conv(x, pick(5, 8, 12), 1);
        String three = conv(x, pick(6, 8, 10), 3);
        String chained = conv(three, pick(6, 8, 10), 3);
        String pool = b.pool("MaxPool", x, Filter.of(3), Map.of());
        List<String> all = new ArrayList<>(List.of(one, three, chained, conv(pool, pick(4, 8), 3)));
        if (depth > 0 && random.nextBoolean()) {
            all.add(random.nextInt(4), partial(x));
        }
        return b.concat(1, all.toArray(new String[0]));
    }

    /** Split in two, one of them worked on again and again, everything joined. */
    private String partial(String x) {
        int c = pick(6, 8, 10);
        List<String> all = new ArrayList<>(pieces(conv(x, 2 * c, pick(1, 3)), c, c));
        for (int i = 0; i < 2; i++) {
            all.add(conv(all.get(all.size() - 1), c, 3));
        }
        return b.concat(1, all.toArray(new String[0]));
    }

    /** One half passes by, before or behind the other. */
    private String half(String x) {
        int c = b.channels(x) / 2;
        List<String> two = pieces(x, c, b.channels(x) - c);
        String worked = conv(conv(two.get(1), pick(7, 8), 1), b.channels(x) - c, pick(1, 3));
        return random.nextBoolean() ? b.concat(1, two.get(0), worked) : b.concat(1, worked, two.get(0));
    }

    /** Each layer reads all before it; or two of them, read by others as well. */
    private String dense(String x) {
        String y = conv(x, pick(5, 8), 3);
        String two = b.concat(1, x, y);
        String z = conv(two, pick(5, 8), 3);
        return random.nextBoolean() ? b.concat(1, x, y, z) : b.concat(1, z, y, conv(two, 6, 3));
    }

    private List<String> pieces(String x, int first, int second) {
        return random.nextBoolean()
                ? b.split(x, 1, first, second)
                : List.of(b.slice(x, 1, 0, first), b.slice(x, 1, first, first + second));
    }
}
