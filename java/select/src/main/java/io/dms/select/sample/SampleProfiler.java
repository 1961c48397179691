package io.dms.select.sample;

import io.dms.model.ModelCosts;
import io.dms.model.ModelDigest;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.SessionOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Lets every candidate answer every image, one image per call, and writes down class, certainty and time.
 *
 * <p>Candidates take turns of {@link #BLOCK} images in an order that is drawn anew for each block, so that drift of clocks
 * and load meets all alike; the first image of a turn is run once more before, uncounted, so that a time is one of steady
 * state and not of weights that come back into the caches.
 */
public final class SampleProfiler {
    /** Images of one turn. */
    static final int BLOCK = 25;

    private final Backend backend;
    private final List<Entrant> entrants;
    private final BiFunction<Integer, Integer, SampleImages> images;
    private final ProfileRequest request;

    /**
     * @param entrants who is measured
     * @param images the data set at a width and a height, in the same order and with the same labels at each
     */
    public SampleProfiler(
            Backend backend,
            List<Entrant> entrants,
            BiFunction<Integer, Integer, SampleImages> images,
            ProfileRequest request) {
        this.backend = backend;
        this.entrants = List.copyOf(entrants);
        this.images = images;
        this.request = request;
        if (entrants.size() < 2) {
            throw new UserException("there is nothing to choose: give several models, or one with several levels");
        }
        for (String id : request.penultimate()) {
            if (entrants.stream().noneMatch(e -> e.id().equals(id))) {
                throw new UserException("no candidate is called " + id + "; there are "
                        + entrants.stream().map(Entrant::id).toList());
            }
        }
    }

    /**
     * Measures.
     *
     * @param cancelled asked before each turn
     * @param progress told how many images are done
     * @param origin asked at the end for this machine, given the threads that one inference used
     * @return null where it was cancelled
     * @throws UserException if a model can't run here, or does not fit the data set
     */
    public @Nullable Samples run(BooleanSupplier cancelled, IntConsumer progress, IntFunction<Origin> origin) {
        Map<ScalableModel, CandidateRunner.Shared> sessions = new IdentityHashMap<>();
        List<CandidateRunner> runners = new ArrayList<>();
        try {
            for (Entrant e : entrants) {
                SampleImages set = images.apply(e.width(), e.height());
                if (set.classes() != e.classes()) {
                    throw new UserException("model " + e.model().name() + " gives " + e.classes() + " scores, but "
                            + set.describe() + " has " + set.classes() + " classes");
                }
                CandidateRunner.Shared shared = sessions.computeIfAbsent(
                        e.model(),
                        m -> CandidateRunner.Shared.open(
                                backend, m, keeps(m), SessionOptions.DEFAULT.withThreads(request.threads())));
                runners.add(new CandidateRunner(
                        e,
                        shared,
                        set,
                        Math.min(request.images(), set.size()),
                        request.probabilities(),
                        request.penultimate().contains(e.id())));
            }
            for (CandidateRunner r : runners) {
                r.warmUp(request.warmupNanos());
            }
            ImageRunner image = request.imageFeatures() ? new ImageRunner(runners.get(0)) : null;
            int threads = runners.get(0).threads();
            return turns(runners, image, cancelled, progress) ? collect(runners, image, origin.apply(threads)) : null;
        } finally {
            sessions.values().forEach(CandidateRunner.Shared::close);
        }
    }

    private boolean keeps(ScalableModel model) {
        return entrants.stream()
                .anyMatch(e -> e.model() == model && request.penultimate().contains(e.id()));
    }

    private boolean turns(
            List<CandidateRunner> runners,
            @Nullable ImageRunner image,
            BooleanSupplier cancelled,
            IntConsumer progress) {
        Random random = new Random(request.seed());
        List<CandidateRunner> order = new ArrayList<>(runners);
        int count = runners.get(0).count();
        for (int from = 0; from < count; from += BLOCK) {
            Collections.shuffle(order, random);
            int to = Math.min(count, from + BLOCK);
            for (CandidateRunner r : order) {
                if (cancelled.getAsBoolean()) {
                    return false;
                }
                r.turn(from, to);
            }
            if (image != null) {
                image.turn(from, to);
            }
            progress.accept(to);
        }
        return true;
    }

    private Samples collect(List<CandidateRunner> runners, @Nullable ImageRunner image, Origin origin) {
        Map<ScalableModel, String> digests = new IdentityHashMap<>();
        List<Candidate> all = new ArrayList<>();
        for (CandidateRunner r : runners) {
            ScalableModel m = r.entrant().model();
            WidthLevel level = r.entrant().level();
            boolean alone = entrants.stream().filter(e -> e.model() == m).count() == 1;
            all.add(new Candidate(
                    r.entrant().id(),
                    m.name(),
                    level.name(),
                    digests.computeIfAbsent(m, ModelDigest::of),
                    alone ? r.entrant().id() : m.name(),
                    median(r.millis()),
                    ModelCosts.macs(m.graphAt(level))));
        }
        List<Integer> order = IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> all.get(i).millis())
                        .thenComparingLong(i -> all.get(i).macs()))
                .toList();
        List<CandidateRunner> sorted = order.stream().map(runners::get).toList();
        CandidateRunner any = sorted.get(0);
        int n = any.count();
        SampleTable table = new SampleTable(
                any.images().describe(),
                order.stream().map(all::get).toList(),
                any.images().classes(),
                IntStream.range(0, n).toArray(),
                labels(sorted, n),
                IntStream.range(0, n)
                        .mapToObj(i ->
                                sorted.stream().mapToInt(r -> r.answers()[i]).toArray())
                        .toArray(int[][]::new),
                rows(n, sorted.stream().map(CandidateRunner::confidence).toList()),
                rows(n, sorted.stream().map(CandidateRunner::margin).toList()),
                rows(n, sorted.stream().map(CandidateRunner::entropy).toList()),
                rows(n, sorted.stream().map(CandidateRunner::millis).toList()),
                request.probabilities() ? probabilities(n, sorted) : null);
        Map<String, FeatureTable> features = new LinkedHashMap<>();
        sorted.forEach(r -> r.features(features));
        if (image != null) {
            features.put(Samples.IMAGE, image.table());
        }
        return new Samples(table, features, image == null ? null : median(image.millis()), origin);
    }

    private static int[] labels(List<CandidateRunner> runners, int n) {
        int[] out = new int[n];
        for (CandidateRunner r : runners) {
            for (int i = 0; i < n; i++) {
                int label = r.images().label(i);
                if (r.count() != n || (r != runners.get(0) && label != out[i])) {
                    throw new UserException(r.images().describe() + " gives other images at another size: the models"
                            + " can't be compared");
                }
                if (label < 0) {
                    throw new UserException(r.images().describe() + " has no label for image " + i);
                }
                out[i] = label;
            }
        }
        return out;
    }

    private static float[][] rows(int n, List<float[]> columns) {
        float[][] out = new float[n][columns.size()];
        for (int c = 0; c < columns.size(); c++) {
            for (int i = 0; i < n; i++) {
                out[i][c] = columns.get(c)[i];
            }
        }
        return out;
    }

    private static float[][][] probabilities(int n, List<CandidateRunner> runners) {
        float[][][] out = new float[n][runners.size()][];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < out[i].length; c++) {
                out[i][c] = runners.get(c).probabilities()[i];
            }
        }
        return out;
    }

    private static double median(float[] values) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(sorted.length - 1) / 2];
    }
}
