package io.dms.select.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import libsvm.svm;
import libsvm.svm_model;
import libsvm.svm_node;
import libsvm.svm_parameter;
import libsvm.svm_problem;
import org.junit.jupiter.api.Test;

class SvmLearnerTest {
    private static svm_node[] node(float[] x) {
        svm_node[] nodes = new svm_node[x.length];
        for (int f = 0; f < x.length; f++) {
            nodes[f] = new svm_node();
            nodes[f].index = f + 1;
            nodes[f].value = x[f];
        }
        return nodes;
    }

    @Test
    void decidesWithoutTheLibraryAsTheLibraryDoes() {
        for (long seed = 0; seed < 4; seed++) {
            // another class comes first with another seed, which turns the library's sign
            Dataset data = Made.clouds(150, 3, 2, 0.3, seed);
            KernelMachine machine = SvmLearner.train(data);
            svm_problem problem = new svm_problem();
            problem.l = data.size();
            problem.y = new double[data.size()];
            problem.x = new svm_node[data.size()][];
            for (int i = 0; i < data.size(); i++) {
                problem.y[i] = 2 * data.y()[i] - 1;
                problem.x[i] = node(data.x()[i]);
            }
            svm_parameter parameter = new svm_parameter();
            parameter.svm_type = svm_parameter.C_SVC;
            parameter.kernel_type = svm_parameter.RBF;
            parameter.gamma = machine.gamma();
            parameter.C = 1;
            parameter.eps = 1e-3;
            parameter.cache_size = 10;
            parameter.shrinking = 1;
            svm.svm_set_print_string_function(text -> {});
            svm_model model = svm.svm_train(problem, parameter);
            float[] scores = new float[2];
            double[] value = new double[1];
            for (float[] x : Made.clouds(100, 3, 2, 0.4, seed + 10).x()) {
                machine.scores(x, scores);
                double label = svm.svm_predict_values(model, node(x), value);
                double towardsOne = model.label[0] == 1 ? value[0] : -value[0];
                assertThat((double) scores[1]).isEqualTo(towardsOne, offset(1e-4));
                if (Math.abs(value[0]) > 1e-4) {
                    assertThat(Classifier.best(scores)).isEqualTo(label > 0 ? 1 : 0);
                }
            }
        }
    }
}
