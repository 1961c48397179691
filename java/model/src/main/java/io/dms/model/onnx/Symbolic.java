package io.dms.model.onnx;

/**
 * Shape arithmetic with an open batch: each element is {@code value + batch * N}, N at least 1. What leaves that form,
 * or depends on N in another way, throws {@link UnsupportedForm}.
 */
final class Symbolic {
    private final double[] values;
    private final double[] batch;

    Symbolic(int size) {
        values = new double[size];
        batch = new double[size];
    }

    Constant constant(int type, int[] dims) {
        return Constant.symbolic(type, dims, values, batch);
    }

    void combine(String op, Constant a, int ia, Constant b, int ib, int out) {
        double va = a.value(ia);
        double na = a.batch(ia);
        double vb = b.value(ib);
        double nb = b.batch(ib);
        boolean whole = !a.isFloat();
        switch (op) {
            case "Add" -> set(out, va + vb, na + nb);
            case "Sub" -> set(out, va - vb, na - nb);
            case "Mul" -> {
                if (na != 0 && nb != 0) {
                    throw new UnsupportedForm("N squared");
                }
                set(out, va * vb, na * vb + nb * va);
            }
            case "Div" -> divide(whole, va, na, vb, nb, out);
            case "Mod" -> {
                if (na == 0 && nb == 0 && vb != 0) {
                    set(out, va - Math.floor(va / vb) * vb, 0);
                } else if (nb == 0 && vb > 0 && na % vb == 0) {
                    set(out, va - Math.floor(va / vb) * vb, 0);
                } else {
                    throw new UnsupportedForm("N modulo");
                }
            }
            case "Min" -> pick(sign(va - vb, na - nb) <= 0, va, na, vb, nb, out);
            case "Max" -> pick(sign(va - vb, na - nb) >= 0, va, na, vb, nb, out);
            default -> set(out, (double) FoldArithmetic.compare(op, sign(va - vb, na - nb)), 0);
        }
    }

    void apply(String op, Constant x, int i) {
        double v = x.value(i);
        double n = x.batch(i);
        boolean whole = n == Math.rint(n);
        switch (op) {
            case "Neg" -> set(i, -v, -n);
            case "Abs" -> {
                int s = sign(v, n);
                set(i, s < 0 ? -v : v, s < 0 ? -n : n);
            }
            case "Floor" -> set(i, require(whole, Math.floor(v)), n);
            case "Ceil" -> set(i, require(whole, Math.ceil(v)), n);
            case "Round" -> set(i, require(whole, Math.rint(v)), n);
            default -> throw new UnsupportedForm(op + " of N");
        }
    }

    private static double require(boolean holds, double v) {
        if (!holds) {
            throw new UnsupportedForm("rounding of N");
        }
        return v;
    }

    private void divide(boolean whole, double va, double na, double vb, double nb, int out) {
        if (nb != 0) {
            if (va != 0 || vb != 0 || (whole && na % nb != 0)) {
                throw new UnsupportedForm("division by N");
            }
            set(out, na / nb, 0);
            return;
        }
        double v = va / vb;
        double n = na / vb;
        if (vb == 0 || (whole && n != Math.rint(n))) {
            throw new UnsupportedForm("division of N");
        }
        if (whole && v != Math.rint(v)) {
            if (n != 0) {
                throw new UnsupportedForm("division of N");
            }
            v = v < 0 ? Math.ceil(v) : Math.floor(v);
        }
        set(out, v, n);
    }

    private void pick(boolean first, double va, double na, double vb, double nb, int out) {
        set(out, first ? va : vb, first ? na : nb);
    }

    /** Sign of {@code v + n * N} where it is the same for all N from 1. */
    private static int sign(double v, double n) {
        double least = v + n;
        if (n == 0 || (n > 0 && least > 0) || (n < 0 && least < 0)) {
            return (int) Math.signum(least);
        }
        throw new UnsupportedForm("depends on N");
    }

    private void set(int i, double v, double n) {
        if (!(Math.abs(n) < 1e15)) {
            throw new UnsupportedForm("too large");
        }
        values[i] = v;
        batch[i] = n;
    }
}
