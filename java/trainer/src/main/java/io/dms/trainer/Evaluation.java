package io.dms.trainer;

import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Accuracy of the levels on labelled images, by the network as it is trained. */
final class Evaluation {
    private Evaluation() {}

    /** Of the levels from {@code first} on. */
    static List<Double> top1(
            TorchNetwork network, int first, LabelledImages images, int limit, Preprocessing preprocessing, int batch) {
        int[] right = new int[network.levels() - first];
        int count = limit == 0 ? images.size() : Math.min(limit, images.size());
        int floats = 3 * images.height() * images.width();
        for (int from = 0; from < count; from += batch) {
            int n = Math.min(batch, count - from);
            float[] values = new float[n * floats];
            images.fill(FloatBuffer.wrap(values), from, n, preprocessing);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                Tensor input = Torch.tensor(values, n, 3, images.height(), images.width());
                for (int l = 0; l < right.length; l++) {
                    float[] scores = Torch.floats(network.forward(first + l, input, TorchNetwork.Mode.INFER));
                    right[l] += right(scores, images, from, n);
                }
            }
        }
        List<Double> out = new ArrayList<>();
        for (int r : right) {
            out.add((double) r / count);
        }
        return out;
    }

    private static int right(float[] scores, LabelledImages images, int from, int n) {
        int classes = scores.length / n;
        int right = 0;
        for (int i = 0; i < n; i++) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = scores[i * classes + c] > scores[i * classes + best] ? c : best;
            }
            right += best == images.label(from + i) ? 1 : 0;
        }
        return right;
    }
}
