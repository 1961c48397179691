package io.dms.backend.cudnn;

import io.dms.runtime.PostOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A forward convolution and what is done to each element of its result, as one graph of operations says it: all that a plan
 * depends on beside device and library.
 *
 * @param stages what follows, in this order; at most one bias and one addend
 * @param z strides of the addend in elements, in the order N, C, H, W; empty without one
 * @param alignX of the address of x, in bytes, as of the others
 */
record Fusion(Geometry geometry, List<Stage> stages, List<Long> z, int alignX, int alignY, int alignZ) {
    private static final int MOST_ALIGNMENT = 16;

    /** What is done to each element. */
    enum Op {
        /** Adds one number for each channel. */
        BIAS,
        /** Adds z. */
        ADD,
        /** {@code x < 0 ? a * x : x}. */
        RELU,
        /** {@code min(max(x, 0), b)}. */
        CLIP,
        SIGMOID,
        TANH,
        /** {@code x / (1 + exp(-x))}. */
        SWISH,
        /** {@code x < 0 ? a * (exp(x) - 1) : x}. */
        ELU,
        EXP,
        SQRT,
        ABS
    }

    /** One of them with its parameters, 0 where it has none. */
    record Stage(Op op, float a, float b) {}

    /** The convolution alone. */
    static Fusion alone(Geometry g, View x, View y) {
        return new Fusion(g, List.of(), List.of(), alignment(x), alignment(y), 1);
    }

    /**
     * The convolution with all that follows; null where the library has no name for some of it, where two tensors are added,
     * or where nothing follows.
     *
     * @param z what is added, or null
     */
    static @Nullable Fusion whole(Geometry g, View x, View y, boolean bias, List<PostOp> after, @Nullable View z) {
        List<Stage> stages = new ArrayList<>();
        if (bias) {
            stages.add(new Stage(Op.BIAS, 0, 0));
        }
        boolean added = false;
        for (PostOp op : after) {
            Stage s = stage(op);
            if (s == null || (s.op == Op.ADD && (added || z == null || z.half() != y.half()))) {
                return null;
            }
            added |= s.op == Op.ADD;
            // The library has engines for a sum before a bias, and none for one behind it; the result is the same.
            boolean sooner = s.op == Op.ADD && stages.size() == 1 && bias;
            stages.add(sooner ? 0 : stages.size(), s);
        }
        List<Long> strides = z == null || !added ? List.of() : strides(z);
        return stages.isEmpty()
                ? null
                : new Fusion(g, List.copyOf(stages), strides, alignment(x), alignment(y), z == null ? 1 : alignment(z));
    }

    private static @Nullable Stage stage(PostOp op) {
        if (op instanceof PostOp.Add) {
            return new Stage(Op.ADD, 0, 0);
        }
        if (!(op instanceof PostOp.Activation a)) {
            return null;
        }
        return switch (a.kind()) {
            case RELU -> new Stage(Op.RELU, a.a(), 0);
            case CLIP -> a.a() == 0 && a.b() > 0 ? new Stage(Op.CLIP, 0, a.b()) : null;
            case SIGMOID -> new Stage(Op.SIGMOID, 0, 0);
            case TANH -> new Stage(Op.TANH, 0, 0);
            case SILU -> new Stage(Op.SWISH, 0, 0);
            case ELU -> new Stage(Op.ELU, a.a(), 0);
            case EXP -> new Stage(Op.EXP, 0, 0);
            case SQRT -> new Stage(Op.SQRT, 0, 0);
            case ABS -> new Stage(Op.ABS, 0, 0);
            case HARD_SIGMOID, HARD_SWISH, LINEAR, POWER -> null;
        };
    }

    /** Strides of a view; of one image channels first, the plain ones, which more engines take. */
    private static List<Long> strides(View v) {
        int held = v.n() == 1 && !v.nhwc() ? v.c() : v.pitch();
        return List.of((long) held * v.hw(), (long) v.strideC(), (long) v.strideH(), (long) v.strideW());
    }

    /** What can be said of a view's address before it is known: its buffer begins at a multiple of 64. */
    private static int alignment(View v) {
        return (int) Math.min(MOST_ALIGNMENT, Long.lowestOneBit(v.offset() | MOST_ALIGNMENT));
    }

    boolean has(Op op) {
        return stages.stream().anyMatch(s -> s.op == op);
    }

    /** One line that differs wherever another plan might be better. */
    String key() {
        String after = stages.stream()
                .map(s -> " " + s.op.name().toLowerCase(Locale.ROOT) + (s.a == 0 ? "" : "," + s.a)
                        + (s.b == 0 ? "" : "," + s.b))
                .collect(Collectors.joining());
        String strides = z.stream().map(String::valueOf).collect(Collectors.joining(","));
        return geometry.key() + after + (strides.isEmpty() ? "" : " z" + strides + "/" + alignZ) + " a" + alignX + ","
                + alignY;
    }
}
