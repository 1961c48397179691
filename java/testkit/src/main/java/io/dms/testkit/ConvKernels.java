package io.dms.testkit;

import io.dms.model.ModelException;
import io.dms.model.Node;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Conv and ConvTranspose, image [n, c, y, x], as their formulas say. */
final class ConvKernels {
    private ConvKernels() {}

    /** out[n, k, y, x] = bias[k] + sum over i, r, s of image[n, first(k) + i, y, x, r, s] * weight[k, i, r, s]. */
    static Nd conv(Node node, Nd image, Nd weight, @Nullable Nd bias) {
        Window w = Window.of(node);
        int groups = node.intAttr("group", 1);
        int perGroupIn = weight.dim(1);
        int perGroupOut = weight.dim(0) / groups;
        check(node, image, weight, perGroupIn * groups, perGroupOut * groups == weight.dim(0));
        int height = image.dim(2);
        int width = image.dim(3);
        Nd out = Nd.zeros(image.dim(0), weight.dim(0), w.outY(height, false), w.outX(width, false));
        for (int n = 0; n < out.dim(0); n++) {
            for (int k = 0; k < out.dim(1); k++) {
                double[] plane = new double[out.dim(2) * out.dim(3)];
                Arrays.fill(plane, bias == null ? 0 : bias.data[k]);
                int first = k / perGroupOut * perGroupIn;
                for (int i = 0; i < perGroupIn; i++) {
                    for (int r = 0; r < w.kernel().y(); r++) {
                        for (int s = 0; s < w.kernel().x(); s++) {
                            addTap(
                                    plane,
                                    out,
                                    w,
                                    image,
                                    image.at(n, first + i, 0, 0),
                                    r,
                                    s,
                                    weight.data[weight.at(k, i, r, s)]);
                        }
                    }
                }
                for (int i = 0; i < plane.length; i++) {
                    out.data[out.at(n, k, 0, 0) + i] = (float) plane[i];
                }
            }
        }
        return out;
    }

    /** Adds to each place of an output plane the weight times the image element that window place [r, s] sees there. */
    private static void addTap(
            double[] plane, Nd out, Window w, Nd image, int imagePlane, int r, int s, double weight) {
        for (int y = 0; y < out.dim(2); y++) {
            int iy = y * w.stride().y() + r * w.dilation().y() - w.begin().y();
            if (iy < 0 || iy >= image.dim(2)) {
                continue;
            }
            int row = imagePlane + iy * image.dim(3);
            int left = s * w.dilation().x() - w.begin().x();
            for (int x = 0; x < out.dim(3); x++) {
                int ix = x * w.stride().x() + left;
                if (ix >= 0 && ix < image.dim(3)) {
                    plane[y * out.dim(3) + x] += weight * image.data[row + ix];
                }
            }
        }
    }

    /** Each image element adds itself times the kernel to the output around stride times its place. */
    static Nd convTranspose(Node node, Nd image, Nd weight, @Nullable Nd bias) {
        if (node.has("output_shape")) {
            throw new ModelException("node " + node.name() + " (ConvTranspose) still has output_shape: a canonical"
                    + " graph has pads and output_padding");
        }
        Window w = Window.of(node);
        int groups = node.intAttr("group", 1);
        int perGroupIn = weight.dim(0) / groups;
        int perGroupOut = weight.dim(1);
        check(node, image, weight, weight.dim(0), perGroupIn * groups == weight.dim(0));
        int[] extra = node.intsOrNull("output_padding");
        int height = w.stride().y() * (image.dim(2) - 1)
                + (w.kernel().y() - 1) * w.dilation().y()
                + 1
                - w.begin().y()
                - w.end().y()
                + (extra == null ? 0 : extra[0]);
        int width = w.stride().x() * (image.dim(3) - 1)
                + (w.kernel().x() - 1) * w.dilation().x()
                + 1
                - w.begin().x()
                - w.end().x()
                + (extra == null ? 0 : extra[1]);
        int channels = perGroupOut * groups;
        Nd out = Nd.zeros(image.dim(0), channels, height, width);
        for (int n = 0; n < out.dim(0); n++) {
            double[] sums = new double[channels * height * width];
            for (int c = 0; c < image.dim(1); c++) {
                int first = c / perGroupIn * perGroupOut;
                for (int y = 0; y < image.dim(2); y++) {
                    for (int x = 0; x < image.dim(3); x++) {
                        double v = image.data[image.at(n, c, y, x)];
                        for (int r = 0; r < w.kernel().y(); r++) {
                            int oy = y * w.stride().y()
                                    + r * w.dilation().y()
                                    - w.begin().y();
                            for (int s = 0; s < w.kernel().x(); s++) {
                                int ox = x * w.stride().x()
                                        + s * w.dilation().x()
                                        - w.begin().x();
                                if (oy < 0 || oy >= height || ox < 0 || ox >= width) {
                                    continue;
                                }
                                for (int k = 0; k < perGroupOut; k++) {
                                    sums[((first + k) * height + oy) * width + ox] +=
                                            v * weight.data[weight.at(c, k, r, s)];
                                }
                            }
                        }
                    }
                }
            }
            for (int i = 0; i < sums.length; i++) {
                double b = bias == null ? 0 : bias.data[i / (height * width)];
                out.data[n * sums.length + i] = (float) (b + sums[i]);
            }
        }
        return out;
    }

    private static void check(Node node, Nd image, Nd weight, int channels, boolean groupsFit) {
        if (image.rank() != 4 || weight.rank() != 4 || image.dim(1) != channels || !groupsFit) {
            throw new ModelException("node " + node.name() + " (" + node.op() + "): image " + image + " and weight "
                    + weight + " do not fit group=" + node.intAttr("group", 1));
        }
    }
}
