package io.dms.compiler;

import io.dms.compiler.data.LabelledImages;
import io.dms.model.Graph;
import io.dms.model.Preprocessing;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * How often a classifier is right.
 *
 * @param images how many images were looked at
 * @param top1 share of them whose class has the highest score
 * @param top5 share of them whose class is among the five highest; 1 where there are five classes or fewer
 */
public record Accuracy(int images, double top1, double top5) {
    /**
     * Measures one level. A score that is not a number counts as wrong; of equal scores the lower class wins.
     *
     * @param session runs the model, with the batch that it was opened with
     * @param images labelled images of the model's size
     * @param count how many of them, from the first on; all where there are fewer
     * @param listener is told after each batch
     * @throws UserException if images and model don't fit each other
     */
    public static Accuracy measure(
            Session session,
            WidthLevel level,
            LabelledImages images,
            int count,
            Preprocessing preprocessing,
            CompileListener listener) {
        Graph graph = session.model().graph();
        check(graph, images);
        boolean open = graph.inputs().get(0).shape().hasBatch();
        int batch =
                open ? session.options().batch() : graph.inputs().get(0).shape().dim(0);
        int total = Math.min(count, images.size());
        int classes = images.classes();
        FloatBuffer input = direct(batch * 3 * images.width() * images.height());
        FloatBuffer output = direct(batch * classes);
        int top1 = 0;
        int top5 = 0;
        session.prepare(level);
        for (int from = 0; from < total; from += batch) {
            int n = Math.min(batch, total - from);
            images.fill(input, from, n, preprocessing);
            session.run(level, input, output);
            for (int i = 0; i < n; i++) {
                int rank = rank(output, i * classes, classes, images.label(from + i));
                top1 += rank == 0 ? 1 : 0;
                top5 += rank < 5 ? 1 : 0;
            }
            listener.progress("accuracy at width " + level.name(), from + n, total);
        }
        return new Accuracy(total, (double) top1 / total, (double) top5 / total);
    }

    /** How many classes have a better score than the right one. */
    private static int rank(FloatBuffer scores, int at, int classes, int label) {
        float mine = scores.get(at + label);
        if (Float.isNaN(mine)) {
            return classes;
        }
        int better = 0;
        for (int c = 0; c < classes; c++) {
            float s = scores.get(at + c);
            better += s > mine || Float.isNaN(s) || (s == mine && c < label) ? 1 : 0;
        }
        return better;
    }

    /** Why the accuracy of a network can't be measured on these images, or an empty string. */
    static String refusal(Graph graph, LabelledImages images) {
        if (!images.labelled()) {
            return images.describe() + " have no labels";
        }
        if (graph.inputs().size() != 1 || graph.outputs().size() != 1) {
            return "the network has " + graph.inputs().size() + " inputs and "
                    + graph.outputs().size() + " outputs, a classifier has one of each";
        }
        Shape in = graph.inputs().get(0).shape();
        if (in.rank() != 4 || in.dim(1) != 3 || in.dim(2) != images.height() || in.dim(3) != images.width()) {
            return "the network wants " + in + " but the images are " + images.width() + "x" + images.height() + " RGB";
        }
        Shape out = graph.outputs().get(0).shape();
        long scores = out.hasBatch() ? out.elements() : out.elements() / Math.max(1, in.dim(0));
        if (scores != images.classes()) {
            return "the network gives " + scores + " scores but the data set has " + images.classes() + " classes";
        }
        return images.size() == 0 ? "the data set is empty" : "";
    }

    private static void check(Graph graph, LabelledImages images) {
        String refusal = refusal(graph, images);
        if (!refusal.isEmpty()) {
            throw new UserException("can't measure accuracy: " + refusal);
        }
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(floats, 4))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
