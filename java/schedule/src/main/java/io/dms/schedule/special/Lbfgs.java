package io.dms.schedule.special;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Minimises a smooth convex function by limited-memory BFGS (Nocedal and Wright, "Numerical Optimization", algorithms 7.4
 * and 7.5) with steps halved until they pay (Armijo). Deterministic.
 */
final class Lbfgs {
    private static final int MEMORY = 8;
    private static final double ENOUGH = 1e-4;
    private static final double FLAT = 1e-3;

    /** What is minimised. */
    interface Function {
        /** The value at a point; writes the gradient. */
        double at(double[] point, double[] gradient);
    }

    private record Pair(double[] step, double[] change, double product) {}

    private Lbfgs() {}

    /** Moves the point towards the minimum until the gradient is a thousandth of its first length; gives the steps. */
    static int minimise(Function f, double[] point, int iterations) {
        double[] gradient = new double[point.length];
        double value = f.at(point, gradient);
        double first = norm(gradient);
        Deque<Pair> memory = new ArrayDeque<>();
        int taken = 0;
        while (taken < iterations && norm(gradient) > FLAT * Math.max(first, 1e-9)) {
            double[] direction = direction(gradient, memory);
            double slope = dot(direction, gradient);
            double length = memory.isEmpty() ? Math.min(1, 1 / norm(gradient)) : 1;
            double[] next = new double[point.length];
            double[] nextGradient = new double[point.length];
            double nextValue = Double.POSITIVE_INFINITY;
            for (int halved = 0; halved < 30; halved++) {
                for (int i = 0; i < next.length; i++) {
                    next[i] = point[i] + length * direction[i];
                }
                nextValue = f.at(next, nextGradient);
                if (nextValue <= value + ENOUGH * length * slope) {
                    break;
                }
                length /= 2;
            }
            if (!(nextValue < value)) {
                return taken;
            }
            remember(memory, point, next, gradient, nextGradient);
            System.arraycopy(next, 0, point, 0, next.length);
            gradient = nextGradient;
            value = nextValue;
            taken++;
        }
        return taken;
    }

    private static void remember(Deque<Pair> memory, double[] x, double[] y, double[] gx, double[] gy) {
        double[] step = new double[x.length];
        double[] change = new double[x.length];
        for (int i = 0; i < step.length; i++) {
            step[i] = y[i] - x[i];
            change[i] = gy[i] - gx[i];
        }
        double product = dot(step, change);
        if (product > 1e-12) {
            memory.addLast(new Pair(step, change, product));
            if (memory.size() > MEMORY) {
                memory.removeFirst();
            }
        }
    }

    private static double[] direction(double[] gradient, Deque<Pair> memory) {
        double[] q = gradient.clone();
        List<Pair> pairs = new ArrayList<>(memory);
        double[] alpha = new double[pairs.size()];
        for (int k = pairs.size() - 1; k >= 0; k--) {
            Pair p = pairs.get(k);
            alpha[k] = dot(p.step, q) / p.product;
            add(q, -alpha[k], p.change);
        }
        if (!pairs.isEmpty()) {
            Pair last = pairs.get(pairs.size() - 1);
            double scale = last.product / dot(last.change, last.change);
            for (int i = 0; i < q.length; i++) {
                q[i] *= scale;
            }
        }
        for (int k = 0; k < pairs.size(); k++) {
            Pair p = pairs.get(k);
            add(q, alpha[k] - dot(p.change, q) / p.product, p.step);
        }
        for (int i = 0; i < q.length; i++) {
            q[i] = -q[i];
        }
        return q;
    }

    private static void add(double[] to, double factor, double[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * what[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }
}
