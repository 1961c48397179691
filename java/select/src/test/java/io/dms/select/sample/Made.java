package io.dms.select.sample;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevels;
import io.dms.testkit.Networks;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;

/** Made-up models and images. */
final class Made {
    private Made() {}

    /** A small residual classifier with levels 1 and 0.5. */
    static ScalableModel model(String name, long seed) {
        Graph graph = Networks.residual(seed);
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        return new ScalableModel(
                name,
                graph,
                groups,
                DoubleStream.of(1, 0.5)
                        .mapToObj(w -> WidthLevels.uniform(groups, w))
                        .toList(),
                null,
                Map.of());
    }

    /** Images of noise that fit a model. */
    static SampleImages images(Entrant e, int size, int classes) {
        return new Noise(size, classes, e.width(), e.height());
    }

    private record Noise(int size, int classes, int width, int height) implements SampleImages {
        @Override
        public String describe() {
            return "noise";
        }

        @Override
        public int label(int i) {
            return i % classes;
        }

        @Override
        public void fill(FloatBuffer out, int place, int i, Preprocessing preprocessing) {
            byte[] bytes = new byte[3 * width * height];
            rgb(i, bytes);
            for (int p = 0; p < bytes.length; p++) {
                out.put(place * bytes.length + p, (bytes[p] & 0xff) / 64f - 2);
            }
        }

        @Override
        public void rgb(int i, byte[] out) {
            new Random(i).nextBytes(out);
        }
    }
}
