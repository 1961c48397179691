package io.dms.select.learn;

import java.util.Arrays;
import libsvm.svm;
import libsvm.svm_model;
import libsvm.svm_node;
import libsvm.svm_parameter;
import libsvm.svm_problem;

/**
 * Trains {@link KernelMachine} by LIBSVM (Chang, Lin: LIBSVM, a library for support vector machines, 2011), with the
 * defaults of scikit-learn, which the published method used: cost 1, gamma one over features times variance. Only
 * training needs the library.
 */
final class SvmLearner {
    private static final double CACHE_MIB = 100;

    private SvmLearner() {}

    static KernelMachine train(Dataset data) {
        int machines = KernelMachine.machines(data.classes());
        float gamma = gamma(data);
        float[][][] vectors = new float[machines][][];
        float[][] weights = new float[machines][];
        float[] bias = new float[machines];
        svm_node[][] nodes = nodes(data);
        for (int m = 0; m < machines; m++) {
            int positive = data.classes() == 2 ? 1 : m;
            double[] y = Arrays.stream(data.y())
                    .mapToDouble(c -> c == positive ? 1 : -1)
                    .toArray();
            train(data, nodes, y, gamma, m, vectors, weights, bias);
        }
        return new KernelMachine(data.classes(), gamma, vectors, weights, bias);
    }

    private static void train(
            Dataset data,
            svm_node[][] nodes,
            double[] y,
            float gamma,
            int m,
            float[][][] vectors,
            float[][] weights,
            float[] bias) {
        if (Arrays.stream(y).distinct().count() < 2) {
            vectors[m] = new float[0][];
            weights[m] = new float[0];
            bias[m] = (float) y[0];
            return;
        }
        svm_problem problem = new svm_problem();
        problem.l = y.length;
        problem.x = nodes;
        problem.y = y;
        svm_parameter parameter = new svm_parameter();
        parameter.svm_type = svm_parameter.C_SVC;
        parameter.kernel_type = svm_parameter.RBF;
        parameter.gamma = gamma;
        parameter.C = 1;
        parameter.eps = 1e-3;
        parameter.cache_size = CACHE_MIB;
        parameter.shrinking = 1;
        svm.svm_set_print_string_function(text -> {});
        svm_model model = svm.svm_train(problem, parameter);
        // decision values are positive for the class that came first
        float sign = model.label[0] == 1 ? 1 : -1;
        vectors[m] = new float[model.l][];
        weights[m] = new float[model.l];
        for (int v = 0; v < model.l; v++) {
            vectors[m][v] = data.x()[model.sv_indices[v] - 1];
            weights[m][v] = sign * (float) model.sv_coef[0][v];
        }
        bias[m] = -sign * (float) model.rho[0];
    }

    private static svm_node[][] nodes(Dataset data) {
        svm_node[][] nodes = new svm_node[data.size()][data.names().size()];
        for (int i = 0; i < nodes.length; i++) {
            for (int f = 0; f < nodes[i].length; f++) {
                nodes[i][f] = new svm_node();
                nodes[i][f].index = f + 1;
                nodes[i][f].value = data.x()[i][f];
            }
        }
        return nodes;
    }

    private static float gamma(Dataset data) {
        double sum = 0;
        double squares = 0;
        long n = 0;
        for (float[] row : data.x()) {
            for (float v : row) {
                sum += v;
                squares += (double) v * v;
                n++;
            }
        }
        double variance = squares / n - (sum / n) * (sum / n);
        return (float) (1 / (data.names().size() * (variance > 0 ? variance : 1)));
    }
}
