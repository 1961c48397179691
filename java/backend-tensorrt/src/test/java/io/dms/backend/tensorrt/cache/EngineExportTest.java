package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.backend.tensorrt.cache.EngineOptions.Precision;
import io.dms.model.Affine;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.BundledModels;
import io.dms.testkit.Networks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A key says what goes into an export and not what comes out, so the export itself must not change under the same number.
 */
class EngineExportTest {
    /** Number of the export; of each network the digest of what it is and the digest of its exported bytes, shortened. */
    private static final int EXPORT = 1;

    private static final Map<String, String> KNOWN = Map.ofEntries(
            Map.entry("channelSplit", "5bfaf2fcfbcd 3ccd134dd684"),
            Map.entry("densenet", "c5902fa82ee3 194ee6af8503"),
            Map.entry("detector", "0830aa7a5fb8 bdf1099a22e4"),
            Map.entry("flatten", "1ae9b4243d5a a11bf1189f6c"),
            Map.entry("inception", "60208cc2094f b275a9b5a9e9"),
            Map.entry("mixed", "64a52d5883a4 e94f590fd327"),
            Map.entry("mobilenet", "33efa2f4377b 3da4ff592802"),
            Map.entry("residual", "6ab8b84a1ad9 ad2d865e74ee"),
            Map.entry("resnet20", "190445d0933a 13a4a2696f3d"),
            Map.entry("resnext", "97f1495afc17 324f03a4fa42"),
            Map.entry("shufflenet", "665a97e6a53c b63bdc65abf8"),
            Map.entry("squeezeExcite", "0cf70aabb949 0d27bf5e8ab6"),
            Map.entry("transposed", "3157a4dbda52 ffdf6905251c"),
            Map.entry("unet", "71234bb63217 16e920fe4caa"),
            Map.entry("unusual", "fa840f438756 43b89ae1907b"));

    /** Attributes in one order: maps of Java's have another in each process. */
    private static Graph sorted(Graph g) {
        List<Node> nodes = g.nodes().stream()
                .map(n ->
                        new Node(n.name(), n.op(), n.domain(), n.inputs(), n.outputs(), new TreeMap<>(n.attributes())))
                .toList();
        return new Graph(
                g.name(), g.inputs(), g.outputs(), nodes, new TreeMap<>(g.initializers()), new TreeMap<>(g.shapes()));
    }

    /** At half the width, with a normalisation of its own at every second site. */
    private static ScalableModel half(Graph graph) {
        Graph g = sorted(graph);
        var groups = GroupAnalysis.analyze(g);
        WidthLevel plain = WidthLevels.uniform(groups, 0.5);
        Graph cut = new ScalableModel("m", g, groups, List.of(plain), null, Map.of()).graphAt(plain);
        Map<String, Affine> own = new LinkedHashMap<>();
        for (Node n : g.nodes()) {
            if (n.is("BatchNormalization") && own.size() < 3) {
                int c = cut.shape(n.output()).dim(1);
                float[] scale = new float[c];
                Arrays.fill(scale, 0.5f + own.size());
                own.put(n.name(), new Affine(scale, new float[c]));
            }
        }
        return new ScalableModel("m", g, groups, List.of(plain.withNormalization(own)), null, Map.of());
    }

    private static Map<String, ScalableModel> models() {
        Map<String, ScalableModel> all = new TreeMap<>();
        all.put("resnet20", BundledModels.resnet20Cifar10());
        Networks.generators().forEach((name, make) -> all.put(name, half(make.apply(3))));
        return all;
    }

    private static String brief(byte[] digest) {
        return HexFormat.of().formatHex(digest).substring(0, 12);
    }

    @Test
    void what_is_exported_is_what_this_number_stands_for() {
        Map<String, String> now = new TreeMap<>();
        List<String> changed = new ArrayList<>();
        models().forEach((name, model) -> {
            WidthLevel level = model.levels().get(model.levels().size() - 1);
            EngineOptions options = EngineOptions.of(model.graph(), Precision.FP32, 1);
            EngineRequest request = EngineRequest.of(model, level, options);
            String network = request.source().digest().substring(0, 12);
            now.put(name, network + " " + brief(EngineKey.sha256().digest(request.onnx())));
            String before = KNOWN.getOrDefault(name, "");
            if (before.startsWith(network) && !before.equals(now.get(name))) {
                changed.add(name);
            }
        });
        assertThat(EngineKey.EXPORT == EXPORT ? changed : List.of())
                .as("exports changed: count EngineKey.EXPORT up, then write down %s", now)
                .isEmpty();
        assertThat(now).as("to be written down here, with the number").isEqualTo(KNOWN);
        assertThat(EngineKey.EXPORT).isEqualTo(EXPORT);
    }

    @Test
    void an_engine_that_is_kept_costs_no_export() {
        ScalableModel model = BundledModels.resnet20Cifar10();
        EngineOptions options = EngineOptions.of(model.graph(), Precision.FP32, 1);
        EngineRequest request = EngineRequest.of(model, model.full(), options);
        EngineKey.of(request, PlanBuilder.ORIN).id();
        assertThat(request.source().exported()).isFalse();
        request.onnx();
        assertThat(request.source().exported()).isTrue();
    }
}
