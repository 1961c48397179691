package io.dms.select.learn;

/**
 * Support vector machines with a Gaussian kernel, one against the rest for each class; two classes need one machine.
 * Scores are decision values: the signed distance from the border in units of the margin.
 *
 * @param classes number of classes
 * @param gamma of the kernel exp(-gamma |a - b|^2)
 * @param vectors support vectors of each machine, by machine, vector, feature; not copied, must not change
 * @param weights of the support vectors, by machine, then by vector
 * @param bias added to each machine's sum
 */
@SuppressWarnings("ArrayRecordComponent")
public record KernelMachine(int classes, float gamma, float[][][] vectors, float[][] weights, float[] bias)
        implements Classifier {
    /** Checks shapes. */
    public KernelMachine {
        int machines = machines(classes);
        if (vectors.length != machines || weights.length != machines || bias.length != machines) {
            throw new IllegalArgumentException("machines differ in number");
        }
        for (int m = 0; m < machines; m++) {
            if (vectors[m].length != weights[m].length) {
                throw new IllegalArgumentException("machine " + m + " has weights for other vectors");
            }
        }
    }

    static int machines(int classes) {
        return classes == 2 ? 1 : classes;
    }

    @Override
    public void scores(float[] x, float[] into) {
        if (classes == 2) {
            into[1] = decision(0, x);
            into[0] = -into[1];
            return;
        }
        for (int c = 0; c < classes; c++) {
            into[c] = decision(c, x);
        }
    }

    private float decision(int machine, float[] x) {
        double sum = bias[machine];
        float[][] vector = vectors[machine];
        float[] weight = weights[machine];
        for (int v = 0; v < vector.length; v++) {
            float[] at = vector[v];
            float squared = 0;
            for (int f = 0; f < at.length; f++) {
                float d = at[f] - x[f];
                squared += d * d;
            }
            sum += weight[v] * Math.exp(-gamma * squared);
        }
        return (float) sum;
    }
}
