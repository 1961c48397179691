package io.dms.model.onnx;

import static io.dms.model.onnx.ConstantFolder.first;
import static io.dms.model.onnx.ConstantFolder.optional;
import static io.dms.model.onnx.ConstantFolder.second;
import static io.dms.model.onnx.ConstantFolder.third;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Folds element-wise operators, with ONNX's (numpy's) broadcasting. */
final class FoldArithmetic {
    private static final Set<String> COMPARISONS =
            Set.of("Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And", "Or", "Xor");

    private FoldArithmetic() {}

    static @Nullable Constant fold(SourceNode n, List<@Nullable Constant> in, ConstantFolder work) {
        return switch (n.op()) {
            case "Add", "Sub", "Mul", "Div", "Mod", "Pow" -> binary(n, n.op(), first(in), second(in), work);
            case "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And", "Or", "Xor" ->
                binary(n, n.op(), first(in), second(in), work);
            case "Min", "Max", "Sum" -> chain(n, in, work);
            case "Where" -> where(n, first(in), second(in), third(in), work);
            case "Clip" -> clip(n, in, work);
            default -> unary(n, first(in), work);
        };
    }

    static int[] broadcast(SourceNode n, int[] a, int[] b) {
        int rank = Math.max(a.length, b.length);
        int[] out = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int x = i <= a.length ? a[a.length - i] : 1;
            int y = i <= b.length ? b[b.length - i] : 1;
            if (x != y && x != 1 && y != 1) {
                throw n.error("combines shapes " + Arrays.toString(a) + " and " + Arrays.toString(b));
            }
            out[rank - i] = x == 1 ? y : x;
        }
        return out;
    }

    private static Constant binary(SourceNode n, String op, Constant a, Constant b, ConstantFolder work) {
        if (a.type() != b.type() && !op.equals("Pow")) {
            throw new UnsupportedForm("mixed types");
        }
        int[] dims = broadcast(n, a.dims(), b.dims());
        int size = Constant.size(dims);
        work.spend(n, size);
        int[] ia = FoldMovement.walk(dims, 0, FoldMovement.broadcastSteps(a.dims(), dims));
        int[] ib = FoldMovement.walk(dims, 0, FoldMovement.broadcastSteps(b.dims(), dims));
        int type = COMPARISONS.contains(op) ? ElementType.BOOL : a.type();
        if (a.isSymbolic() || b.isSymbolic()) {
            Symbolic s = new Symbolic(size);
            for (int i = 0; i < size; i++) {
                s.combine(op, a, ia[i], b, ib[i], i);
            }
            return s.constant(type, dims);
        }
        if (type == ElementType.FLOAT) {
            float[] x = a.floats();
            float[] out = new float[size];
            for (int i = 0; i < size; i++) {
                out[i] = real(n, op, x[ia[i]], b.isFloat() ? b.floats()[ib[i]] : (float) b.value(ib[i]));
            }
            return Constant.floats(dims, out);
        }
        long[] out = new long[size];
        for (int i = 0; i < size; i++) {
            out[i] = a.isFloat()
                    ? compare(op, a.floats()[ia[i]], b.floats()[ib[i]])
                    : whole(n, op, a.longs()[ia[i]], (long) b.value(ib[i]), b.isFloat() ? null : b.longs(), ib[i]);
        }
        return Constant.longs(type, dims, out);
    }

    private static float real(SourceNode n, String op, float a, float b) {
        return switch (op) {
            case "Add", "Sum" -> a + b;
            case "Sub" -> a - b;
            case "Mul" -> a * b;
            case "Div" -> a / b;
            case "Pow" -> (float) Math.pow(a, b);
            case "Min" -> Math.min(a, b);
            case "Max" -> Math.max(a, b);
            case "Mod" -> {
                if (n.integer("fmod", 0) == 0) {
                    throw new UnsupportedForm("Mod of reals without fmod");
                }
                yield a % b;
            }
            default -> throw new UnsupportedForm(op);
        };
    }

    private static long whole(SourceNode n, String op, long a, long rounded, long @Nullable [] exact, int at) {
        long b = exact == null ? rounded : exact[at];
        if (b == 0 && (op.equals("Div") || op.equals("Mod"))) {
            throw n.error("divides a constant by zero: the file is damaged");
        }
        return switch (op) {
            case "Add", "Sum" -> a + b;
            case "Sub" -> a - b;
            case "Mul" -> a * b;
            case "Div" -> a / b;
            case "Mod" -> n.integer("fmod", 0) == 0 ? Math.floorMod(a, b) : a % b;
            case "Pow" -> (long) Math.pow((double) a, (double) b);
            case "Min" -> Math.min(a, b);
            case "Max" -> Math.max(a, b);
            case "And" -> a & b;
            case "Or" -> a | b;
            case "Xor" -> a ^ b;
            default -> compare(op, Long.compare(a, b));
        };
    }

    /** As processors compare: zeros are equal whatever their sign, and nothing holds of what is no number. */
    private static long compare(String op, float a, float b) {
        long holds = compare(op, a < b ? -1 : a > b ? 1 : 0);
        return Float.isNaN(a) || Float.isNaN(b) ? 0 : holds;
    }

    /** @param sign of the difference of the two sides */
    static long compare(String op, int sign) {
        boolean holds = switch (op) {
            case "Equal" -> sign == 0;
            case "Less" -> sign < 0;
            case "Greater" -> sign > 0;
            case "LessOrEqual" -> sign <= 0;
            case "GreaterOrEqual" -> sign >= 0;
            default -> throw new UnsupportedForm(op);
        };
        return holds ? 1 : 0;
    }

    private static Constant chain(SourceNode n, List<@Nullable Constant> in, ConstantFolder work) {
        Constant all = first(in);
        for (int i = 1; i < in.size(); i++) {
            Constant next = optional(in, i);
            if (next == null) {
                throw new UnsupportedForm("lacks an input");
            }
            all = binary(n, n.op().equals("Sum") ? "Add" : n.op(), all, next, work);
        }
        return all;
    }

    private static Constant where(SourceNode n, Constant c, Constant a, Constant b, ConstantFolder work) {
        int[] dims = broadcast(n, broadcast(n, c.dims(), a.dims()), b.dims());
        int size = Constant.size(dims);
        work.spend(n, size);
        int[] ic = FoldMovement.walk(dims, 0, FoldMovement.broadcastSteps(c.dims(), dims));
        int[] ia = FoldMovement.walk(dims, 0, FoldMovement.broadcastSteps(a.dims(), dims));
        int[] ib = FoldMovement.walk(dims, 0, FoldMovement.broadcastSteps(b.dims(), dims));
        long[] condition = c.longs();
        double[] v = new double[size];
        double[] batch = new double[size];
        for (int i = 0; i < size; i++) {
            Constant from = condition[ic[i]] != 0 ? a : b;
            int at = condition[ic[i]] != 0 ? ia[i] : ib[i];
            v[i] = from.value(at);
            batch[i] = from.batch(at);
        }
        return Constant.symbolic(a.type(), dims, v, batch);
    }

    private static Constant clip(SourceNode n, List<@Nullable Constant> in, ConstantFolder work) {
        Constant x = first(in);
        Constant low = n.has("min") ? Constant.floats(new int[0], n.real("min", 0)) : optional(in, 1);
        Constant high = n.has("max") ? Constant.floats(new int[0], n.real("max", 0)) : optional(in, 2);
        x = low == null ? x : binary(n, "Max", x, low, work);
        return high == null ? x : binary(n, "Min", x, high, work);
    }

    static @Nullable Constant cast(Constant x, int to) {
        int type = ElementType.canonical(to);
        if (ElementType.bytes(to) == 0) {
            return null;
        }
        if (type == x.type()) {
            return x;
        }
        int size = x.size();
        double[] v = new double[size];
        double[] b = new double[size];
        if (!x.isSymbolic() && !x.isFloat() && type != ElementType.FLOAT && type != ElementType.BOOL) {
            return Constant.longs(type, x.dims(), x.longs());
        }
        for (int i = 0; i < size; i++) {
            if (type == ElementType.BOOL && x.batch(i) != 0) {
                return null;
            }
            v[i] = type == ElementType.BOOL ? (x.value(i) == 0 ? 0 : 1) : x.value(i);
            b[i] = x.batch(i);
            if (type != ElementType.FLOAT && b[i] != 0 && (v[i] != Math.rint(v[i]) || b[i] != Math.rint(b[i]))) {
                return null;
            }
        }
        return Constant.symbolic(type, x.dims(), v, b);
    }

    private static @Nullable Constant unary(SourceNode n, Constant x, ConstantFolder work) {
        work.spend(n, x.size());
        if (x.isSymbolic()) {
            Symbolic s = new Symbolic(x.size());
            for (int i = 0; i < x.size(); i++) {
                s.apply(n.op(), x, i);
            }
            return s.constant(x.type(), x.dims());
        }
        if (x.isFloat()) {
            float[] in = x.floats();
            float[] out = new float[in.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = real(n.op(), in[i]);
            }
            return Constant.floats(x.dims(), out);
        }
        long[] in = x.longs();
        long[] out = new long[in.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (n.op()) {
                case "Neg" -> -in[i];
                case "Abs" -> Math.abs(in[i]);
                case "Sign" -> Long.signum(in[i]);
                case "Not" -> in[i] == 0 ? 1 : 0;
                default -> throw new UnsupportedForm(n.op());
            };
        }
        return Constant.longs(x.type(), x.dims(), out);
    }

    private static float real(String op, float x) {
        return (float)
                switch (op) {
                    case "Neg" -> -x;
                    case "Abs" -> Math.abs(x);
                    case "Floor" -> Math.floor(x);
                    case "Ceil" -> Math.ceil(x);
                    case "Round" -> Math.rint(x);
                    case "Sqrt" -> Math.sqrt(x);
                    case "Exp" -> Math.exp(x);
                    case "Log" -> Math.log(x);
                    case "Reciprocal" -> 1 / x;
                    case "Sign" -> Math.signum(x);
                    case "Relu" -> Math.max(0, x);
                    case "Sigmoid" -> 1 / (1 + Math.exp(-x));
                    case "Tanh" -> Math.tanh(x);
                    default -> throw new UnsupportedForm(op);
                };
    }
}
