package io.dms.testkit;

import io.dms.model.ModelException;
import io.dms.model.Node;
import java.util.function.DoubleBinaryOperator;

/** Functions of each element, and of pairs of elements with broadcasting. */
final class ElementKernels {
    private ElementKernels() {}

    static Nd leakyRelu(Node node, Nd x) {
        double alpha = node.floatAttr("alpha", 0.01f);
        return x.map(v -> v < 0 ? alpha * v : v);
    }

    static Nd clip(Node node, Nd x) {
        double min = node.floatAttr("min", Float.NEGATIVE_INFINITY);
        double max = node.floatAttr("max", Float.POSITIVE_INFINITY);
        return x.map(v -> Math.min(max, Math.max(min, v)));
    }

    static double sigmoid(double v) {
        return 1 / (1 + Math.exp(-v));
    }

    static Nd hardSigmoid(Node node, Nd x) {
        double alpha = node.floatAttr("alpha", 0.2f);
        double beta = node.floatAttr("beta", 0.5f);
        return x.map(v -> Math.max(0, Math.min(1, alpha * v + beta)));
    }

    static double hardSwish(double v) {
        return v * Math.max(0, Math.min(1, v / 6 + 0.5));
    }

    /** Applies f to the elements of a and b that meet when the shapes are lined up at their last axes. */
    static Nd broadcast(Node node, Nd a, Nd b, DoubleBinaryOperator f) {
        int rank = Math.max(a.rank(), b.rank());
        int[] dims = new int[rank];
        int[] stepsA = new int[rank];
        int[] stepsB = new int[rank];
        int strideA = 1;
        int strideB = 1;
        for (int i = 1; i <= rank; i++) {
            int da = i <= a.rank() ? a.dim(a.rank() - i) : 1;
            int db = i <= b.rank() ? b.dim(b.rank() - i) : 1;
            if (da != db && da != 1 && db != 1) {
                throw new ModelException(
                        "node " + node.name() + " (" + node.op() + "): " + a + " and " + b + " do not broadcast");
            }
            dims[rank - i] = da == 1 ? db : da;
            stepsA[rank - i] = da == 1 ? 0 : strideA;
            stepsB[rank - i] = db == 1 ? 0 : strideB;
            strideA *= da;
            strideB *= db;
        }
        Nd out = Nd.zeros(dims);
        int[] index = new int[rank];
        for (int i = 0; i < out.data.length; i++) {
            int ia = 0;
            int ib = 0;
            for (int axis = 0; axis < rank; axis++) {
                ia += index[axis] * stepsA[axis];
                ib += index[axis] * stepsB[axis];
            }
            out.data[i] = (float) f.applyAsDouble(a.data[ia], b.data[ib]);
            Nd.advance(index, dims);
        }
        return out;
    }
}
