package io.dms.testkit;

import io.dms.model.Node;

/** Pools over windows and over whole planes, image [n, c, y, x]. */
final class PoolKernels {
    private PoolKernels() {}

    /** The largest element of each window; padding never wins. */
    static Nd max(Node node, Nd image) {
        return pool(node, image, (sum, max, inside, whole) -> max);
    }

    /**
     * The mean of each window, over what lies on the image or, with count_include_pad, over the whole window. The whole
     * one also where ceil_mode lets it reach beyond the padding: so ONNX Runtime computes operator set 17 (in 19 it
     * leaves out what lies beyond).
     */
    static Nd average(Node node, Nd image) {
        boolean withPadding = node.intAttr("count_include_pad", 0) != 0;
        return pool(node, image, (sum, max, inside, whole) -> sum / (withPadding ? whole : inside));
    }

    private interface Result {
        /**
         * @param inside window elements on the image
         * @param whole all window elements
         */
        double of(double sum, double max, int inside, int whole);
    }

    private static Nd pool(Node node, Nd image, Result result) {
        Window w = Window.of(node);
        boolean ceil = node.intAttr("ceil_mode", 0) != 0;
        int height = image.dim(2);
        int width = image.dim(3);
        Nd out = Nd.zeros(image.dim(0), image.dim(1), w.outY(height, ceil), w.outX(width, ceil));
        for (int n = 0; n < out.dim(0); n++) {
            for (int c = 0; c < out.dim(1); c++) {
                for (int y = 0; y < out.dim(2); y++) {
                    for (int x = 0; x < out.dim(3); x++) {
                        double sum = 0;
                        double max = Double.NEGATIVE_INFINITY;
                        int inside = 0;
                        for (int r = 0; r < w.kernel().y(); r++) {
                            int iy = y * w.stride().y()
                                    + r * w.dilation().y()
                                    - w.begin().y();
                            for (int s = 0; s < w.kernel().x(); s++) {
                                int ix = x * w.stride().x()
                                        + s * w.dilation().x()
                                        - w.begin().x();
                                if (iy >= 0 && iy < height && ix >= 0 && ix < width) {
                                    double v = image.data[image.at(n, c, iy, ix)];
                                    inside++;
                                    sum += v;
                                    max = Math.max(max, v);
                                }
                            }
                        }
                        out.data[out.at(n, c, y, x)] = (float) result.of(
                                sum, max, inside, w.kernel().y() * w.kernel().x());
                    }
                }
            }
        }
        return out;
    }

    /** The mean of each plane, kept as [n, c, 1, 1]. */
    static Nd globalAverage(Nd image) {
        Nd out = Nd.zeros(image.dim(0), image.dim(1), 1, 1);
        int plane = image.elements(2, image.rank());
        for (int i = 0; i < out.data.length; i++) {
            double sum = 0;
            for (int j = 0; j < plane; j++) {
                sum += image.data[i * plane + j];
            }
            out.data[i] = (float) (sum / plane);
        }
        return out;
    }

    /** The largest element of each plane, kept as [n, c, 1, 1]. */
    static Nd globalMax(Nd image) {
        Nd out = Nd.zeros(image.dim(0), image.dim(1), 1, 1);
        int plane = image.elements(2, image.rank());
        for (int i = 0; i < out.data.length; i++) {
            float max = Float.NEGATIVE_INFINITY;
            for (int j = 0; j < plane; j++) {
                max = Math.max(max, image.data[i * plane + j]);
            }
            out.data[i] = max;
        }
        return out;
    }
}
