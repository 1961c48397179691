package io.dms.backend.cudnn;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.testkit.Networks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the descriptors of a convolution were set to by a plan, in the order of the methods of {@link Descriptors}, true
 * as 1.
 *
 * @param back transposed: x is the result
 */
record BoundConvolution(boolean back, int[] x, int[] weights, int[] convolution, int[] y) {
    /** Each that differs, of the bundled model and of networks of every kind, at every level. */
    static List<BoundConvolution> ofPlans(String precision, int architecture) {
        Map<String, BoundConvolution> all = new LinkedHashMap<>();
        try {
            FakeHardware hardware = new FakeHardware(Files.createTempDirectory("dms"));
            hardware.architecture = architecture;
            hardware.watcher = (back, x, w, v, y) -> {
                BoundConvolution b = new BoundConvolution(back, x.clone(), w.clone(), v.clone(), y.clone());
                all.put(b.toString(), b);
            };
            prepareAll(hardware, precision);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ArrayList<>(all.values());
    }

    /** Prepares the bundled model and a network of every kind at every level. */
    static void prepareAll(FakeHardware hardware, String precision) {
        SessionOptions options = SessionOptions.DEFAULT.withPrecision(Precision.valueOf(precision));
        prepare(hardware, BundledModels.resnet20Cifar10(), options);
        for (int seed = 0; seed < Networks.generators().size(); seed++) {
            ScalableModel model = scalable(Networks.any(seed));
            boolean fixed =
                    model.graph().inputs().stream().anyMatch(i -> !i.shape().hasBatch());
            prepare(hardware, model, fixed ? options : options.withBatch(1 + seed % 3));
        }
    }

    private static ScalableModel scalable(Graph graph) {
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = List.of(
                WidthLevels.uniform(groups, 1), WidthLevels.uniform(groups, 0.5), WidthLevels.uniform(groups, 0.25));
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }

    private static void prepare(FakeHardware hardware, ScalableModel model, SessionOptions options) {
        try (Session session = new CudnnBackend(hardware).open(model, options)) {
            for (WidthLevel level : model.levels()) {
                session.prepare(level);
            }
        }
    }

    /** Whether an image is a range of channels of a wider one. */
    boolean isStrided() {
        return gaps(x) || gaps(y);
    }

    private static boolean gaps(int[] tensor) {
        return tensor[5] != tensor[2] * tensor[3] * tensor[4];
    }

    /** Extents of y: images, channels, rows, columns. */
    int[] outputs() {
        return Arrays.copyOfRange(y, 1, 5);
    }

    @Override
    public String toString() {
        return (back ? "back x" : "x") + Arrays.toString(x) + " w" + Arrays.toString(weights) + " conv"
                + Arrays.toString(convolution) + " y" + Arrays.toString(y);
    }
}
