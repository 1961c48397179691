package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.model.Affine;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Finds each level's normalisation from unlabelled images.
 *
 * <p>With channels cut away, what a layer gives has another mean and variance than at full width, and the layers behind
 * it see inputs that they were not trained for. The full width and all levels walk in step over the same images; at
 * each normalisation site every kept channel of a level is scaled and shifted towards its own self at full width (see
 * {@link AffineFit}), with the statistics of the images in flight, before the next layer runs, so that a site sees the
 * layers before it normalised already. What is stored is fitted to the average of the statistics over all images: the
 * post-statistics of Yu and Huang 2019, "Universally Slimmable Networks", section 3.3, with the full width in the place
 * of the trained statistics, so that it does not matter whether the exporter folded BatchNormalization away.
 *
 * <p>Sites are BatchNormalization nodes, and Conv and ConvTranspose nodes without one directly behind that are neither
 * network outputs nor work on a single pixel. Width 1 is never touched.
 */
final class Calibration {
    private final Graph graph;
    private final ChannelGroups groups;
    private final List<WidthLevel> levels;
    private final List<Graph> graphs = new ArrayList<>();
    private final List<Map<String, Moments>> moments = new ArrayList<>();
    private final List<Map<String, Affine>> own = new ArrayList<>();

    private Calibration(ScalableModel model) {
        this.graph = model.graph();
        this.groups = model.groups();
        this.levels = model.levels();
        graphs.add(graph);
        for (WidthLevel level : levels) {
            if (cuts(level)) {
                graphs.add(model.graphAt(level.withNormalization(Map.of())));
            }
            moments.add(new LinkedHashMap<>());
            own.add(new LinkedHashMap<>());
        }
    }

    /**
     * The levels of a model with their normalisation.
     *
     * @param model what its levels have as normalisation now is not looked at
     * @throws io.dms.model.UserException if images can't be fed to the network or the backend can't run it
     */
    static List<WidthLevel> calibrate(
            ScalableModel model, Backend backend, ImageSample sample, CompileListener listener) {
        return new Calibration(model).run(backend, sample, listener);
    }

    /**
     * How far what the levels say is from what the full width says, once they are calibrated: the divergence of Kullback
     * and Leibler of their class scores, mean over the images; 0 for a level that cuts nothing.
     */
    static double[] losses(ScalableModel model, Backend backend, ImageSample sample) {
        Calibration calibration = new Calibration(model);
        double[] out = new double[model.levels().size()];
        if (calibration.graphs.size() == 1) {
            return out;
        }
        int last = model.graph().nodes().size() - 1;
        try (Lanes lanes = new Lanes(backend, calibration.graphs, sample.size())) {
            lanes.walk(
                    sample,
                    n -> {
                        calibration.visit(lanes.lanes(), n, sample.size());
                        if (n == last) {
                            calibration.addDivergence(lanes.lanes(), out);
                        }
                    },
                    (done, total) -> {});
        }
        for (int l = 0; l < out.length; l++) {
            out[l] /= sample.size();
        }
        return out;
    }

    private void addDivergence(List<Lane> lanes, double[] sums) {
        int lane = 1;
        for (int l = 0; l < sums.length; l++) {
            if (cuts(levels.get(l))) {
                sums[l] += Divergence.sum(
                        lanes.get(0), lanes.get(lane++), graph.outputs().get(0).name());
            }
        }
    }

    private boolean cuts(WidthLevel level) {
        for (int g = 0; g < groups.groups().size(); g++) {
            if (level.count(g) < groups.groups().get(g).size()) {
                return true;
            }
        }
        return false;
    }

    private List<WidthLevel> run(Backend backend, ImageSample sample, CompileListener listener) {
        if (graphs.size() > 1) {
            try (Lanes lanes = new Lanes(backend, graphs, sample.size())) {
                lanes.walk(
                        sample,
                        n -> visit(lanes.lanes(), n, sample.size()),
                        (done, total) -> listener.progress("calibrate", done, total));
            }
        }
        List<WidthLevel> out = new ArrayList<>();
        for (int l = 0; l < levels.size(); l++) {
            Map<String, Affine> fits = new LinkedHashMap<>();
            for (Map.Entry<String, Moments> e : moments.get(l).entrySet()) {
                Affine site = Objects.requireNonNull(own.get(l).get(e.getKey()));
                Affine fit = AffineFit.fit(site, e.getValue());
                if (!AffineFit.unchanged(site, fit, e.getValue())) {
                    fits.put(e.getKey(), fit);
                }
            }
            out.add(levels.get(l).withNormalization(fits));
        }
        return out;
    }

    private void visit(List<Lane> lanes, int n, int sampleSize) {
        Node node = graph.nodes().get(n);
        Lane full = lanes.get(0);
        full.run(node);
        int lane = 1;
        for (int l = 0; l < levels.size(); l++) {
            if (!cuts(levels.get(l))) {
                continue;
            }
            Lane narrow = lanes.get(lane++);
            Node own = narrow.graph().nodes().get(n);
            if (!isSite(graph, node)) {
                narrow.run(own);
            } else {
                normalize(full, narrow, l, own, sampleSize);
            }
        }
    }

    /** True where a level has a scale and shift of its own. */
    static boolean isSite(Graph graph, Node node) {
        if (node.is("BatchNormalization")) {
            return graph.initializer(node.input(1)) != null
                    && graph.initializer(node.input(4)) != null
                    && node.outputs().size() == 1;
        }
        if (!node.is("Conv") && !node.is("ConvTranspose")) {
            return false;
        }
        Shape out = graph.shape(node.output());
        return !graph.isOutput(node.output())
                && out.elements(2, out.rank()) > 1
                && BatchNorms.directlyBehind(graph, node) == null;
    }

    private void normalize(Lane full, Lane narrow, int level, Node node, int sampleSize) {
        String out = node.output();
        boolean batchNorm = node.is("BatchNormalization");
        Shape wide = graph.shape(out);
        Shape shape = narrow.graph().shape(out);
        int channels = shape.dim(1);
        int spatial = Math.toIntExact(shape.elements(2, shape.rank()));
        int[] kept = groups.cut(out, 1, wide.dim(1), levels.get(level).counts()).indices();
        Affine site = batchNorm ? BatchNorms.affine(narrow.graph(), node) : identity(channels);
        if (!batchNorm) {
            narrow.run(node);
        }
        FloatBuffer[] raw = narrow.tensor(batchNorm ? node.input(0) : out);
        Moments here = Moments.of(narrow, raw, full.tensor(out), kept, wide.dim(1), spatial);
        moments.get(level)
                .computeIfAbsent(node.name(), k -> Moments.zero(channels))
                .add(here, (double) narrow.images() / sampleSize);
        own.get(level).put(node.name(), site);
        FloatBuffer[] result = batchNorm ? narrow.tensor(out) : raw;
        apply(narrow, AffineFit.fit(site, here), raw, result, spatial);
    }

    private static Affine identity(int channels) {
        float[] ones = new float[channels];
        Arrays.fill(ones, 1f);
        return new Affine(ones, new float[channels]);
    }

    private static void apply(Lane lane, Affine affine, FloatBuffer[] from, FloatBuffer[] to, int spatial) {
        int channels = affine.channels();
        float[] values = new float[spatial];
        for (int k = 0; k < lane.chunks(); k++) {
            for (int i = 0; i < lane.imagesIn(k) * channels; i++) {
                float scale = affine.scale()[i % channels];
                float shift = affine.shift()[i % channels];
                from[k].get(i * spatial, values);
                for (int p = 0; p < spatial; p++) {
                    values[p] = scale * values[p] + shift;
                }
                to[k].put(i * spatial, values);
            }
        }
    }
}
