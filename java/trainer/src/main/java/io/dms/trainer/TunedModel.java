package io.dms.trainer;

import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.Affine;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.LevelExport;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.Tensor;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a scalable model of what was trained. */
final class TunedModel {
    private TunedModel() {}

    /** The trained weights; the full width's normalisation in the graph, the others' with their levels. */
    static ScalableModel of(TorchNetwork network, ScalableModel model, TuningOptions options) {
        Graph graph = model.graph();
        Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
        network.weights()
                .forEach((name, t) -> initializers.put(name, Tensor.ofFloats(graph.shape(name), Torch.floats(t))));
        for (Node node : graph.nodes()) {
            LevelNorm n = network.norms(0).get(node.name());
            if (n != null) {
                org.bytedeco.pytorch.Tensor[] parts = {n.scale(), n.shift(), n.mean(), n.variance()};
                for (int i = 0; i < parts.length; i++) {
                    String name = node.input(i + 1);
                    initializers.put(name, Tensor.ofFloats(graph.shape(name), Torch.floats(parts[i])));
                }
            }
        }
        return with(network, model, graph.withInitializers(initializers), options);
    }

    /**
     * The original graph, untouched; the narrower levels' trained normalisation at its own sites: behind a convolution
     * from which normalisation was folded away, that is the convolution's name.
     */
    static ScalableModel frozen(TorchNetwork network, ScalableModel source, TuningOptions options) {
        return with(network, source, source.graph(), options);
    }

    /** A network of one level's own size: it shares weights with none. */
    static ScalableModel alone(TorchNetwork network, ScalableModel model, int level, TuningOptions options) {
        ScalableModel trained = of(network, model, options);
        WidthLevel own = trained.levels().get(level);
        Graph graph = LevelExport.graph(trained, own);
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        Map<String, String> provenance = new LinkedHashMap<>(model.provenance());
        trained(provenance, recipe("width " + own.name() + " alone", options));
        return new ScalableModel(
                model.name() + "-w" + own.name(),
                graph,
                groups,
                List.of(WidthLevels.uniform(groups, 1)),
                model.preprocessing(),
                provenance);
    }

    private static ScalableModel with(TorchNetwork network, ScalableModel model, Graph graph, TuningOptions options) {
        List<WidthLevel> levels = new ArrayList<>(List.of(model.full().withNormalization(Map.of())));
        for (int l = 1; l < network.levels(); l++) {
            Map<String, Affine> own = new LinkedHashMap<>();
            for (Map.Entry<String, LevelNorm> e : network.norms(l).entrySet()) {
                own.put(siteName(graph, e.getKey()), e.getValue().affine());
            }
            levels.add(model.levels().get(l).withNormalization(own));
        }
        Map<String, String> provenance = new LinkedHashMap<>(model.provenance());
        trained(provenance, recipe(network.levels() > 1 ? "nested fine-tuning" : "plain training", options));
        return new ScalableModel(model.name(), graph, model.groups(), levels, model.preprocessing(), provenance);
    }

    /** A model may be trained again: what was done before is still in its weights. */
    private static void trained(Map<String, String> provenance, String recipe) {
        provenance.merge("training", recipe, (before, now) -> before + "; then " + now);
    }

    private static String recipe(String what, TuningOptions options) {
        ScalableModel teacher = options.teacher();
        return what + ", " + options.epochs() + " epochs, batch " + options.batch() + ", learning rate "
                + options.learningRate() + " cosine, weight decay " + options.weightDecay() + ", seed "
                + options.seed() + ", precision " + options.precision()
                + (options.freezeFull() ? ", full width frozen" : "")
                + (options.randomLevels() ? ", levels drawn at random" : "")
                + (teacher == null ? "" : ", teacher " + teacher.name());
    }

    private static String siteName(Graph graph, String node) {
        boolean there = graph.nodes().stream().anyMatch(n -> n.name().equals(node));
        return there ? node : node.substring(0, node.length() - "/normalization".length());
    }
}
