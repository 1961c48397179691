package io.dms.cli;

import io.dms.cli.catalog.CatalogModels;
import io.dms.cli.report.SamplesTable;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.ModelCosts;
import io.dms.model.Profile;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.PowerMode;
import io.dms.runtime.Backend;
import io.dms.select.sample.Entrant;
import io.dms.select.sample.Origin;
import io.dms.select.sample.Penultimate;
import io.dms.select.sample.ProfileRequest;
import io.dms.select.sample.SampleProfiler;
import io.dms.select.sample.Samples;
import io.dms.select.sample.SamplesFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code dms profile --per-sample}: what every candidate answers to every image. */
final class ProfileSamples {
    private static final String BUNDLED = "bundled";
    /** Probabilities of all classes above this many numbers are left out: 400 MB. */
    private static final long MOST_PROBABILITIES = 100_000_000;

    @Option(
            names = "--per-sample",
            description =
                    "Write every answer to every image instead (default file: samples.npz, which NumPy reads, too).")
    private boolean perSample;

    @Option(
            names = "--models",
            paramLabel = "FILE,...",
            hideParamSyntax = true,
            split = ",",
            description =
                    "With --per-sample: more models, scalable ones with all their levels; \"bundled\" is the bundled"
                            + " one.")
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--catalog",
            paramLabel = "FILE",
            description = "With --per-sample: the levels and networks of a catalog that \"dms catalog build\" wrote.")
    private @Nullable Path catalog;

    @Option(
            names = "--images",
            paramLabel = "N",
            description = "With --per-sample: the first so many images (default: 10000).")
    private @Nullable Integer images;

    @Option(
            names = "--features",
            paramLabel = "ID,...",
            hideParamSyntax = true,
            split = ",",
            description =
                    "With --per-sample: candidates whose penultimate features are kept: ids, all or none (default: the"
                            + " one of the fewest operations).")
    private List<String> features = new ArrayList<>();

    /** True where samples were asked for. */
    boolean wanted() {
        if (!perSample && (!models.isEmpty() || catalog != null || images != null || !features.isEmpty())) {
            throw new UserException("--models, --catalog, --images and --features go with --per-sample: add it");
        }
        return perSample;
    }

    /** Measures and writes. */
    int run(
            Console console,
            @Nullable Path model,
            @Nullable Path output,
            @Nullable Path data,
            Backend backend,
            int threads,
            double @Nullable [] widths,
            long seed,
            Duration warmup) {
        if (data == null) {
            throw new UserException("--per-sample needs labelled images: add --data DIR");
        }
        Path target = output == null ? Path.of("samples.npz") : output;
        Targets.writable(target);
        List<Entrant> entrants = entrants(model, widths, target);
        entrants.stream()
                .filter(e -> e.model().preprocessing() == null)
                .map(e -> e.model().name())
                .distinct()
                .forEach(n -> console.warn(
                        n + " does not say how its input is normalised: ImageNet's mean and std are assumed"));
        int most = images == null ? 10_000 : images;
        Map<String, TestImages> sets = new HashMap<>();
        TestImages first =
                open(sets, data, entrants.get(0).width(), entrants.get(0).height());
        int count = Math.min(most, first.size());
        boolean probabilities = (long) count * first.classes() * entrants.size() <= MOST_PROBABILITIES;
        if (!probabilities) {
            console.warn("probabilities of all classes are left out: they would be too many");
        }
        ProfileRequest request =
                new ProfileRequest(most, threads, seed, probabilities, true, kept(entrants), warmup.toNanos());
        SampleProfiler profiler = new SampleProfiler(backend, entrants, (w, h) -> open(sets, data, w, h), request);
        Samples found;
        try (BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT);
                Progress progress = console.progress("asking " + entrants.size() + " candidates", "images", count)) {
            monitor.start();
            found = profiler.run(
                    console::cancelled,
                    progress::at,
                    used -> origin(backend, monitor.snapshot().powerMode(), used));
        }
        if (found == null) {
            console.note("interrupted: nothing was written");
            return Exit.INTERRUPTED;
        }
        SamplesTable.lines(found).forEach(console::print);
        SamplesFile.write(found, target);
        console.print("wrote " + target);
        return Exit.OK;
    }

    private List<Entrant> entrants(@Nullable Path model, double @Nullable [] widths, Path target) {
        List<@Nullable Path> files = new ArrayList<>();
        if (model != null || (models.isEmpty() && catalog == null)) {
            files.add(model);
        }
        models.forEach(m -> files.add(m.equals(BUNDLED) ? null : Path.of(m)));
        List<ScalableModel> read = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (Path file : files) {
            ScalableModel m = ModelInput.scalable(file, List.of());
            if (file != null) {
                Targets.differ(target, file);
                m = names.contains(m.name()) ? renamed(m, ModelInput.stem(file)) : m;
            }
            names.add(m.name());
            read.add(m);
        }
        List<Entrant> out = new ArrayList<>(Entrant.of(
                read,
                m -> widths == null || m.groups().groups().isEmpty() ? m.levels() : ModelInput.levels(m, widths)));
        if (catalog != null) {
            out.addAll(CatalogModels.entrants(catalog));
            Set<String> ids = new LinkedHashSet<>();
            for (Entrant e : out) {
                if (!ids.add(e.id())) {
                    throw new UserException("two candidates are called " + e.id() + ": leave one model out");
                }
            }
        }
        return out;
    }

    private static ScalableModel renamed(ScalableModel m, String name) {
        return new ScalableModel(name, m.graph(), m.groups(), m.levels(), m.preprocessing(), m.provenance());
    }

    private Set<String> kept(List<Entrant> entrants) {
        if (features.equals(List.of("none"))) {
            return Set.of();
        }
        Set<String> out = new LinkedHashSet<>();
        if (features.equals(List.of("all"))) {
            entrants.forEach(e -> out.add(e.id()));
        } else if (features.isEmpty()) {
            Entrant least = entrants.stream()
                    .min(Comparator.comparingLong(e -> ModelCosts.macs(e.model().graphAt(e.level()))))
                    .orElseThrow();
            if (Penultimate.refusal(least.model()) == null) {
                out.add(least.id());
            }
        } else {
            out.addAll(features);
        }
        return out;
    }

    private static TestImages open(Map<String, TestImages> sets, Path data, int width, int height) {
        return sets.computeIfAbsent(width + "x" + height, k -> {
            LabelledImages set = Datasets.open(data, Datasets.Part.TEST, width, height);
            if (!set.labelled()) {
                throw new UserException(set.describe() + " has no labels: give a labelled set");
            }
            return new TestImages(set);
        });
    }

    private static Origin origin(Backend backend, @Nullable PowerMode mode, int threads) {
        Profile.Board board = ProfileCommand.board(backend, mode);
        return new Origin(
                board.name(),
                board.powerMode(),
                backend.name(),
                threads,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                board.versions());
    }
}
