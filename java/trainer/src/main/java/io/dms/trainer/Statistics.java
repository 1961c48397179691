package io.dms.trainer;

import io.dms.model.Affine;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Measures the running mean and variance of normalisation sites on training images. */
final class Statistics {
    private static final int FIRST_BATCHES = 20;

    private final TorchNetwork network;
    private final Batches batches;

    Statistics(TorchNetwork network, Batches batches) {
        this.network = network;
        this.batches = batches;
    }

    /**
     * Before training: the sites from which normalisation was folded away get the statistics that the network has at
     * full width, and a scale and shift that undo them, so that the function stays as it was; each narrower level starts
     * with the scale and shift of the channels it keeps and statistics of its own.
     *
     * @param own what each level's file says about sites that were there before, widest level first: a model that was
     *     tuned goes on from the normalisation that it was tuned to
     * @param rescale true to bring the filters before those sites to the norm that they would have been initialised with
     *     (He et al. 2015, section 2.2): behind normalisation the norm of a filter does not matter to the function, but
     *     it divides the learning rate, and folding has left it anywhere
     */
    void measureAsFound(Set<String> inserted, List<Map<String, Affine>> own, boolean rescale) {
        if (!inserted.isEmpty()) {
            measureRaw(inserted);
            if (rescale) {
                inserted.forEach(this::rescale);
            }
        }
        for (int l = 1; l < network.levels(); l++) {
            for (String site : network.norms(l).keySet()) {
                if (inserted.contains(site)) {
                    take(network.norms(0).get(site), network.norms(l).get(site), l, site);
                }
            }
        }
        measure(1, FIRST_BATCHES);
        for (int l = 1; l < network.levels(); l++) {
            asTuned(l, own.get(l));
        }
    }

    /** A level's normalisation as its file says, as scale and shift around the statistics that it has here. */
    private void asTuned(int level, Map<String, Affine> own) {
        Map<String, LevelNorm> norms = network.norms(level);
        Set<String> sites = new HashSet<>(own.keySet());
        sites.retainAll(norms.keySet());
        if (sites.isEmpty()) {
            return;
        }
        for (String site : sites) {
            Affine said = Objects.requireNonNull(own.get(site));
            LevelNorm norm = Objects.requireNonNull(norms.get(site));
            int channels = said.channels();
            float[] variance = new float[channels];
            Arrays.fill(variance, 1 - norm.epsilon());
            assign(norm, said.scale(), said.shift(), new float[channels], variance);
        }
        Map<String, double[][]> sums = new HashMap<>();
        int n = measureRaw(level, sites, sums);
        sums.forEach((site, sum) -> {
            Affine said = own.get(site);
            LevelNorm norm = norms.get(site);
            if (said != null && norm != null) {
                set(norm, sum, n, said);
            }
        });
    }

    /** Gives every narrower level the full width's scale and shift; its statistics are to be measured then. */
    void share() {
        for (int l = 1; l < network.levels(); l++) {
            for (String site : network.norms(l).keySet()) {
                take(network.norms(0).get(site), network.norms(l).get(site), l, site);
            }
        }
    }

    /** Mean and variance of what goes into the sites at full width; scale and shift that undo them. */
    private void measureRaw(Set<String> inserted) {
        Map<String, double[][]> sums = new HashMap<>();
        int n = measureRaw(0, inserted, sums);
        sums.forEach((site, sum) -> {
            LevelNorm norm = network.norms(0).get(site);
            if (norm != null) {
                float[] ones = new float[sum[0].length];
                Arrays.fill(ones, 1f);
                set(norm, sum, n, new Affine(ones, new float[ones.length]));
            }
        });
    }

    private int measureRaw(int level, Set<String> sites, Map<String, double[][]> sums) {
        batches.epoch(0);
        int n = Math.min(FIRST_BATCHES, batches.steps());
        for (int step = 0; step < n; step++) {
            batches.next(step);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                network.forward(level, batches.input(), TorchNetwork.Mode.INFER, Map.of(), (site, x) -> {
                    if (sites.contains(site)) {
                        add(sums, site, x);
                    }
                });
            }
        }
        return n;
    }

    private void rescale(String site) {
        LevelNorm norm = network.norms(0).get(site);
        Tensor[] filters = network.filtersBefore(site);
        if (norm == null || filters.length == 0) {
            return;
        }
        int channels = Math.toIntExact(norm.mean().numel());
        float[] weights = Torch.floats(filters[0]);
        int each = weights.length / channels;
        float[] factor = new float[channels];
        for (int c = 0; c < channels; c++) {
            double square = 0;
            for (int i = 0; i < each; i++) {
                square += (double) weights[c * each + i] * weights[c * each + i];
            }
            factor[c] = square > 1e-12 ? (float) Math.sqrt(2 / square) : 1f;
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            Tensor k = Torch.tensor(factor, channels);
            filters[0].mul_(k.view(channels, 1, 1, 1));
            if (filters.length > 1) {
                filters[1].mul_(k);
            }
            norm.mean().mul_(k);
            norm.variance().mul_(k).mul_(k);
            Tensor deviation = torch.sqrt(torch.add(norm.variance(), new Scalar((double) norm.epsilon())));
            norm.scale().copy_(torch.div(deviation, k));
        }
    }

    private static void add(Map<String, double[][]> sums, String site, Tensor x) {
        float[] mean = Torch.floats(torch.mean(x, new long[] {0, 2, 3}, false, new ScalarTypeOptional()));
        float[] square = Torch.floats(torch.mean(x.square(), new long[] {0, 2, 3}, false, new ScalarTypeOptional()));
        double[][] sum = sums.computeIfAbsent(site, k -> new double[2][mean.length]);
        for (int c = 0; c < mean.length; c++) {
            sum[0][c] += mean[c];
            sum[1][c] += square[c];
        }
    }

    /** Statistics, and the scale and shift that make of them what is wanted at inference. */
    private static void set(LevelNorm norm, double[][] sum, int batches, Affine wanted) {
        int channels = sum[0].length;
        float[] mean = new float[channels];
        float[] variance = new float[channels];
        float[] scale = new float[channels];
        float[] shift = new float[channels];
        for (int c = 0; c < channels; c++) {
            double m = sum[0][c] / batches;
            double v = Math.max(0, sum[1][c] / batches - m * m);
            mean[c] = (float) m;
            variance[c] = (float) v;
            scale[c] = (float) (wanted.scale()[c] * Math.sqrt(v + norm.epsilon()));
            shift[c] = (float) (wanted.shift()[c] + wanted.scale()[c] * m);
        }
        assign(norm, scale, shift, mean, variance);
    }

    private static void assign(LevelNorm norm, float[] scale, float[] shift, float[] mean, float[] variance) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            norm.scale().copy_(Torch.tensor(scale, scale.length));
            norm.shift().copy_(Torch.tensor(shift, shift.length));
            norm.mean().copy_(Torch.tensor(mean, mean.length));
            norm.variance().copy_(Torch.tensor(variance, variance.length));
        }
    }

    private void take(@Nullable LevelNorm from, @Nullable LevelNorm to, int level, String site) {
        if (from == null || to == null) {
            return;
        }
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            int[] kept = network.kept(level, site);
            Tensor index = Torch.longs(Arrays.stream(kept).asLongStream().toArray());
            to.scale().copy_(from.scale().index_select(0, index));
            to.shift().copy_(from.shift().index_select(0, index));
        }
    }

    /** The running statistics of the levels from {@code first} on, as the mean over some batches of the first epoch. */
    void measure(int first, int most) {
        int n = Math.min(most, batches.steps());
        batches.epoch(0);
        try (NoGradGuard guard = new NoGradGuard()) {
            for (int l = first; l < network.levels(); l++) {
                for (LevelNorm norm : network.norms(l).values()) {
                    norm.mean().zero_();
                    norm.variance().zero_().add_(new Scalar(1.0));
                }
            }
            for (int step = 0; step < n; step++) {
                batches.next(step);
                network.momentum(1.0 / (step + 1));
                try (PointerScope scope = new PointerScope()) {
                    Tensor input = batches.input();
                    for (int l = first; l < network.levels(); l++) {
                        network.forward(l, input, TorchNetwork.Mode.TRAIN).close();
                    }
                }
            }
            network.momentum(0.1);
        }
    }
}
