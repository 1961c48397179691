package io.dms.cli.catalog;

import io.dms.cli.data.DataPlace;
import io.dms.compiler.CompileListener;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.Profile;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.PowerMode;
import io.dms.monitor.SystemFiles;
import io.dms.robotics.ThisBoard;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Provenance;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Everything that a catalog is built from, checked before time is spent on it. */
public final class CatalogBuild {
    private static final int ACCURACY_IMAGES = 2000;
    private static final int TRAINING_IMAGES = 5000;
    private static final int MOST_IMAGES = 10_000_000;

    private final Path file;
    private final Backend backend;
    private final int threads;
    private final int tested;
    private final int trained;
    private final long seed;
    private final LabelledImages training;
    private final LabelledImages test;
    private final List<TaskPlan> plans;

    private CatalogBuild(Path file, TasksFile.Raw raw, @Nullable Path given) {
        this.file = file;
        this.backend = Backends.find(raw.backend() == null ? "cpu" : raw.backend());
        this.threads = raw.threads() == null ? 0 : raw.threads();
        this.tested = count(raw.accuracyImages(), ACCURACY_IMAGES, "accuracy_images");
        this.trained = count(raw.trainingImages(), TRAINING_IMAGES, "training_images");
        this.seed = raw.seed() == null ? 1 : raw.seed();
        Path parent = file.toAbsolutePath().getParent();
        Path folder = parent == null ? Path.of("") : parent;
        String data = raw.data();
        if (given == null && data == null) {
            throw new UserException(file + " names no data: write \"data: FOLDER\" of labelled images, or give --data");
        }
        Path place = given != null || data == null ? given : DataPlace.of(Path.of(data), folder);
        if (place == null) {
            throw new IllegalStateException("no data");
        }
        Shape in = firstModel(raw, folder).graph().inputs().get(0).shape();
        if (in.rank() != 4) {
            throw new UserException(file + ": the first model takes no images but " + in);
        }
        this.training = Datasets.open(place, Datasets.Part.TRAIN, in.dim(3), in.dim(2));
        this.test = Datasets.open(place, Datasets.Part.TEST, in.dim(3), in.dim(2));
        if (!test.labelled() || !training.labelled()) {
            throw new UserException(test.describe() + " has no labels: a catalog needs labelled images");
        }
        List<String> names = test.classNames().isEmpty()
                ? IntStream.range(0, test.classes()).mapToObj(Integer::toString).toList()
                : test.classNames();
        this.plans = TaskPlan.of(raw, file, names);
    }

    private int count(@Nullable Integer given, int otherwise, String key) {
        if (given != null && (given < 1 || given > MOST_IMAGES)) {
            throw new UserException(file + ": " + key + " must be between 1 and " + MOST_IMAGES + ": " + given);
        }
        return given == null ? otherwise : given;
    }

    private static ScalableModel firstModel(TasksFile.Raw raw, Path folder) {
        for (TasksFile.RawTask t : raw.tasks() == null ? List.<TasksFile.RawTask>of() : raw.tasks()) {
            for (TasksFile.RawVariant v :
                    t == null || t.variants() == null ? List.<TasksFile.RawVariant>of() : t.variants()) {
                String model = v == null ? null : v.model();
                if (model != null && !model.equals(CatalogBuilder.BUNDLED)) {
                    return Workbench.read(folder.resolve(model));
                }
            }
        }
        return Workbench.read(null);
    }

    /**
     * Reads and checks a file of tasks.
     *
     * @param data in place of the file's own, or null
     * @throws UserException if something in it can't be: one line
     */
    public static CatalogBuild of(Path file, @Nullable Path data) {
        return new CatalogBuild(file, TasksFile.read(file), data);
    }

    /**
     * Makes and measures everything.
     *
     * @param parts an existing folder for what is made
     * @param listener told how far it is; may throw to stop
     * @param version of DMS
     */
    public Catalog run(Path parts, CompileListener listener, BooleanSupplier cancelled, String version) {
        Workbench bench = new Workbench(backend, threads, training, test, tested, trained, seed, listener);
        try (BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT)) {
            monitor.start();
            Meter meter = new Meter(monitor, cancelled);
            Catalog made = new CatalogBuilder(bench, meter, parts, seed).build(plans, Provenance.of("dms"));
            PowerMode mode = monitor.snapshot().powerMode();
            Profile.Board board =
                    ThisBoard.read(SystemFiles.ofThisMachine(), backend, mode == null ? null : mode.name());
            Map<String, String> versions = new LinkedHashMap<>(board.versions());
            versions.put("dms", version);
            List<String> notes = new ArrayList<>(bench.notes());
            notes.add("accuracy of " + bench.tested() + " images of " + test.describe() + "; heads trained on "
                    + Math.min(trained, training.size()) + " images of " + training.describe());
            if (meter.whyNoEnergy() != null) {
                notes.add("no joules, for this board measures no power (" + meter.whyNoEnergy()
                        + "): the catalog serves budgets of time, memory and money, not of energy");
            }
            Provenance from = new Provenance(
                    "measured by dms catalog build of " + file.getFileName() + ", backend " + backend.name(),
                    board.name(),
                    board.powerMode(),
                    Instant.now().truncatedTo(ChronoUnit.SECONDS),
                    versions,
                    notes);
            return new Catalog(from, made.tasks(), made.fragments(), made.variants());
        }
    }
}
